// A chart over link time: uPlot in the page's colours, with a line at the present moment.

import { colour, onThemeChange } from "./theme.js";

const { uPlot } = globalThis;

export class Chart {
  /** `curves`: {ink, dashes?, points?: "dot" | "ring"} each; points stand alone, without a line. */
  constructor(host, { curves, unit, least = 1 }) {
    Object.assign(this, { _host: host, _curves: curves, _unit: unit, _least: least });
    this._build();
    onThemeChange(() => this._build());
    new ResizeObserver(() => this._plot.setSize(this._size())).observe(host);
  }

  /** Show tables [times_s, values], one for each curve, over `span`; `clockOf` tells a link time. */
  show(tables, span, now_s, clockOf) {
    Object.assign(this, { _span: span, _now_s: now_s, _clockOf: clockOf });
    this._plot.setData(uPlot.join(tables.map(([times, values]) => [times, values])));
  }

  _build() {
    const data = this._plot?.data ?? [[0], ...this._curves.map(() => [null])];
    this._plot?.destroy();
    this._plot = new uPlot(this._options(), data, this._host);
  }

  _size() {
    return { width: this._host.clientWidth || 300, height: this._host.clientHeight || 150 };
  }

  _options() {
    return {
      ...this._size(),
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 30, 0, 0],
      scales: {
        x: { time: false, range: () => this._span ?? [0, 1] },
        y: { range: (_, low, high) => padded(low, high, this._least) },
      },
      axes: [this._timeAxis(), this._valueAxis()],
      series: [{}, ...this._curves.map(series)],
      hooks: { draw: [(plot) => this._drawNow(plot)] },
    };
  }

  _timeAxis() {
    const values = (_, ticks) => ticks.map((tick) => this._clockOf?.(tick));
    return { ...axis(), values, space: 90, size: 26 };
  }

  _valueAxis() {
    const values = (_, ticks) => ticks.map((tick) => `${tick}`.replace("-", "\u2212"));
    return { ...axis(), values, size: 48, label: this._unit, labelSize: 18, labelFont: axis().font, labelGap: 0 };
  }

  _drawNow({ ctx, bbox, valToPos }) {
    if (!(this._now_s >= this._span?.[0] && this._now_s <= this._span[1])) return;
    const x = Math.round(valToPos(this._now_s, "x", true));
    Object.assign(ctx, { strokeStyle: colour("now"), lineWidth: devicePixelRatio });
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
}

function axis() {
  const line = { stroke: colour("line"), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return { stroke: colour("dim"), font, grid: line, ticks: { ...line, size: 4 }, gap: 4 };
}

function series({ ink, dashes, points }) {
  const stroke = colour(ink);
  if (!points) return { stroke, width: 1.5, dash: dashes, points: { show: false }, spanGaps: true };
  const fill = points === "dot" ? stroke : colour("panel");
  const size = points === "dot" ? 3.5 : 6;
  return { stroke, paths: () => null, points: { show: true, size, width: 1.25, stroke, fill } };
}

/** A range with a little air, and at least `least` wide, so that noise does not fill the panel. */
function padded(low, high, least) {
  if (low == null) return [0, least];
  const half = Math.max(high - low, least) * 0.56;
  return [(low + high) / 2 - half, (low + high) / 2 + half];
}
