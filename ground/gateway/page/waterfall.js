// Power over frequency and time, newest on top; its scale follows what is heard.

import { byId, explain, say } from "./dom.js";
import { clock, frequency, number, signed } from "./format.js";
import { INFERNO } from "./colour_map.js";
import { onPointing, pointAt } from "./pointing.js";

const ROWS = 120;
const LEAST_RANGE_DB = 12;

export class Waterfall {
  constructor() {
    this._panel = byId("waterfall");
    this._canvas = byId("waterfall-picture");
    this._drawScale(byId("waterfall-scale"));
    onPointing(this._canvas, (event) => this._point(event));
  }

  show(desk) {
    const { rows, station, view, linkTime_s } = desk;
    const reason = view ? "No samples: this radio gives frames alone." : "Nothing was received yet.";
    explain(this._panel, rows.length ? null : reason);
    if (!rows.length) return;
    this._desk = desk;
    say(byId("waterfall-pointed"), this._pointedWords(desk));
    if (rows.at(-1) === this._newest) return;
    this._newest = rows.at(-1);
    const [low_db, high_db] = rangeOf(rows);
    this._draw(rows, low_db, high_db);
    this._label(station, low_db, high_db, linkTime_s - rows[0].at_s);
  }

  _draw(rows, low_db, high_db) {
    const bins = rows[0].power_db.length;
    Object.assign(this._canvas, { width: bins, height: ROWS });
    const pixels = new Uint32Array(bins * ROWS);
    const scale = 255 / (high_db - low_db);
    rows.forEach(({ power_db }, index) => {
      const begin = (rows.length - 1 - index) * bins;
      for (let bin = 0; bin < bins; bin++) {
        const level = Math.round((power_db[bin] - low_db) * scale);
        pixels[begin + bin] = INFERNO[Math.max(0, Math.min(255, level))];
      }
    });
    const image = new ImageData(new Uint8ClampedArray(pixels.buffer), bins, ROWS);
    this._canvas.getContext("2d").putImageData(image, 0, 0);
  }

  /** Downwards is back in time; where no row is, nothing is pointed at. */
  _point({ offsetX, offsetY }) {
    const { clientWidth, clientHeight } = this._canvas;
    const row = this._desk.rows.at(-1 - Math.floor((offsetY / clientHeight) * ROWS));
    this._across = Math.max(0, Math.min(1, offsetX / clientWidth));
    this._pointed_s = row?.at_s;
    pointAt(row?.at_s ?? null);
  }

  /** What a pointer on the picture points at; one on another picture points at no frequency. */
  _pointedWords({ pointed_s, rows, station, clockOf }) {
    const row = rows.find(({ at_s }) => at_s === this._pointed_s);
    if (pointed_s == null || pointed_s !== this._pointed_s || !row) return "";
    const { power_db } = row;
    const bin = Math.min(power_db.length - 1, Math.floor(this._across * power_db.length));
    const offset_hz = (this._across - 0.5) * (station?.sample_rate_hz ?? NaN);
    return `${clockOf(pointed_s)} · ${signed(offset_hz / 1e3, 1, "kHz")} · ${number(power_db[bin], 0, "dB")}`;
  }

  _label(station, low_db, high_db, age_s) {
    say(byId("waterfall-low"), number(low_db, 0, "dB"));
    say(byId("waterfall-high"), number(high_db, 0, "dB"));
    say(byId("waterfall-age"), `${clock(age_s)} ago`);
    const half_hz = station?.sample_rate_hz ? station.sample_rate_hz / 2 : null;
    say(byId("waterfall-left"), half_hz ? number(-half_hz / 1e3, 0, "kHz") : "");
    say(byId("waterfall-middle"), frequency(station?.downlink?.carrier_hz));
    say(byId("waterfall-right"), half_hz ? signed(half_hz / 1e3, 0, "kHz") : "");
  }

  _drawScale(canvas) {
    Object.assign(canvas, { width: 1, height: INFERNO.length });
    const image = new ImageData(new Uint8ClampedArray(INFERNO.slice().reverse().buffer), 1, INFERNO.length);
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
}

/** From just below the noise, which most bins hold, to the strongest bin. */
function rangeOf(rows) {
  const sorted = Float32Array.from(rows.flatMap(({ power_db }) => [...power_db])).sort();
  const low_db = Math.floor(sorted[sorted.length >> 1] - 3);
  return [low_db, Math.max(Math.ceil(sorted.at(-1)), low_db + LEAST_RANGE_DB)];
}
