// What was foretold of a pass and what is measured, both directions: Doppler shift, and Eb/N0 with its margin.

import { byId, explain, LegTable } from "./dom.js";
import { number, signed } from "./format.js";
import { Chart } from "./chart.js";

const LEGS = ["downlink", "uplink"];
const WITHOUT_FORECAST_S = 300;
const NOTHING = [[], []];
const MEASURED = { downlink: "dot", uplink: "ring" };
const DASHES = { uplink: [7, 4] };

/** What both panels have in common: they keep a chart over the pass and a table of the present. */
class PassPanel {
  constructor(id, { columns, unit, least, thresholds = false }) {
    this._panel = byId(id);
    this._table = new LegTable(this._panel.querySelector("table"), columns);
    const predicted = LEGS.map((leg) => ({ ink: leg, dashes: DASHES[leg] }));
    const measured = LEGS.map((leg) => ({ ink: leg, points: MEASURED[leg] }));
    const limits = thresholds ? LEGS.map((leg) => ({ ink: leg, dashes: [2, 4] })) : [];
    const curves = [...predicted, ...measured, ...limits];
    this._chart = new Chart(this._panel.querySelector(".chart"), { curves, unit, least });
  }

  show(desk) {
    const track = trackOf(desk);
    const measured = LEGS.map((leg) => this._measured(desk, leg));
    const empty = !track && measured.every(([times]) => !times.length);
    explain(this._panel, empty ? "No forecast, and nothing measured yet." : null);
    if (empty) return;
    this._table.date(desk.pointed_s == null ? "now" : desk.clockOf(desk.pointed_s));
    for (const leg of LEGS) this._table.show(leg, this._texts(desk, leg, foretold(desk, leg, desk.moment_s)));
    const tables = [...LEGS.map((leg) => this._predicted(track, leg)), ...measured, ...this._limits(track)];
    this._chart.show(tables, spanOf(track, desk.linkTime_s), desk);
  }

  _limits() {
    return [];
  }
}

export class Doppler extends PassPanel {
  constructor() {
    super("doppler", { columns: ["predicted", "measured", "difference"], unit: "kHz", least: 1 });
  }

  _predicted(track, leg) {
    return track ? [track.time_s, track[leg].doppler_hz.map((hz) => hz / 1e3)] : NOTHING;
  }

  _measured({ history }, leg) {
    const { times_s, values } = history[`${leg}_offset_hz`];
    return [times_s, values.map((hz) => hz / 1e3)];
  }

  /** The shift changes by a hundred Hz and more in a second: so the difference is that of when it was measured. */
  _texts(desk, leg, predicted) {
    const measured = desk.measured(`${leg}_offset_hz`);
    const then = measured && foretold(desk, leg, measured.time_s);
    const difference_hz = then && measured.value - then.doppler_hz;
    return [predicted?.doppler_hz, measured?.value, difference_hz].map((hz) => signed(hz, 0, "Hz"));
  }
}

export class SignalToNoise extends PassPanel {
  constructor() {
    const columns = ["predicted", "measured", "required", "margin"];
    super("signal", { columns, unit: "dB", least: 6, thresholds: true });
  }

  _predicted(track, leg) {
    return track ? [track.time_s, track[leg].eb_n0_db] : NOTHING;
  }

  _measured({ history }, leg) {
    const { times_s, values } = history[`${leg}_eb_n0_db`];
    return [times_s, values];
  }

  _limits(track) {
    return LEGS.map((leg) => (track ? [track.time_s, track.time_s.map(() => threshold_db(track[leg]))] : NOTHING));
  }

  /** The margin of what is measured, if anything is, else of what is foretold. */
  _texts(desk, leg, predicted) {
    const measured_db = desk.measured(`${leg}_eb_n0_db`)?.value;
    const limit_db = predicted && predicted.eb_n0_db - predicted.margin_db;
    const margin_db = predicted && (measured_db ?? predicted.eb_n0_db) - limit_db;
    const levels = [predicted?.eb_n0_db, measured_db, limit_db].map((db) => number(db, 1, "dB"));
    return [...levels, signed(margin_db, 1, "dB")];
  }
}

/** What is foretold of a leg at a moment; null outside of the passes. */
function foretold({ forecast }, leg, moment_s) {
  return forecast?.at(moment_s)?.[leg] ?? null;
}

function threshold_db({ eb_n0_db, margin_db }) {
  const middle = Math.floor(eb_n0_db.length / 2);
  return eb_n0_db[middle] - margin_db[middle];
}

function trackOf({ forecast, linkTime_s }) {
  const pass = forecast?.pass(linkTime_s);
  return pass ? forecast.track(pass) : null;
}

function spanOf(track, now_s) {
  if (track) return [track.time_s[0], track.time_s.at(-1)];
  return [Math.max(0, now_s - WITHOUT_FORECAST_S), Math.max(now_s, 60)];
}
