// A chart over link time: uPlot in the page's colours, with a line at the present moment, and at one pointed at.

import { onPointing, pointAt } from "./pointing.js";
import { colour, onThemeChange } from "./theme.js";

const { uPlot } = globalThis;

export class Chart {
  /** `curves`: {ink, dashes?, points?: "dot" | "ring"} each; points stand alone, without a line. */
  constructor(host, { curves, unit, least = 1 }) {
    Object.assign(this, { _host: host, _curves: curves, _unit: unit, _least: least });
    this._build();
    onThemeChange(() => this._build());
    new ResizeObserver(() => this._plot.setSize(this._size())).observe(host);
    onPointing(host, ({ clientX }) => this._desk && pointAt(this._momentAt(clientX)));
  }

  /** Show tables [times_s, values], one for each curve, over `span`. */
  show(tables, span, desk) {
    Object.assign(this, { _span: span, _desk: desk });
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
      hooks: { draw: [(plot) => this._drawMoments(plot)] },
    };
  }

  _timeAxis() {
    const values = (_, ticks) => ticks.map((tick) => this._desk?.clockOf(tick));
    return { ...axis(), values, space: 90, size: 26 };
  }

  _valueAxis() {
    const values = (_, ticks) => ticks.map((tick) => `${tick}`.replace("-", "\u2212"));
    return { ...axis(), values, size: 48, label: this._unit, labelSize: 18, labelFont: axis().font, labelGap: 0 };
  }

  _momentAt(clientX) {
    const { left, width } = this._plot.over.getBoundingClientRect();
    return this._plot.posToVal(Math.max(0, Math.min(width, clientX - left)), "x");
  }

  _drawMoments(plot) {
    if (!this._desk) return;
    this._drawMoment(plot, this._desk.linkTime_s, colour("now"), []);
    this._drawMoment(plot, this._desk.pointed_s, colour("ink"), [3, 3]);
  }

  _drawMoment({ ctx, bbox, valToPos }, moment_s, ink, dashes) {
    if (moment_s == null || moment_s < this._span[0] || moment_s > this._span[1]) return;
    const x = Math.round(valToPos(moment_s, "x", true));
    Object.assign(ctx, { strokeStyle: ink, lineWidth: devicePixelRatio });
    ctx.setLineDash(dashes.map((length) => length * devicePixelRatio));
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
