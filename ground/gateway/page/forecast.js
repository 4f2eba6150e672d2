// What is foretold of passes: where the satellite stands, its Doppler shift and its margin.

const AROUND_S = 5; // the gateway's forecast begins so long before AOS and ends so long after LOS

export class Forecast {
  constructor(forecast) {
    Object.assign(this, forecast);
    this._tracks = {};
  }

  /** The pass that is on, else the next one, else the last; null without any. */
  pass(now_s) {
    return this.passes.find((pass) => now_s <= pass.los_s) ?? this.passes.at(-1) ?? null;
  }

  /** The moments of a pass: every quantity as an array, over `time_s`. */
  track(pass) {
    const kept = this._tracks[pass.aos_s];
    return kept ?? (this._tracks[pass.aos_s] = this._cut(pass.aos_s - AROUND_S, pass.los_s + AROUND_S));
  }

  /** All quantities at one moment, or null outside of the passes. */
  at(now_s) {
    const time_s = this.time_s;
    const after = time_s.findIndex((moment) => moment >= now_s);
    if (after < 1) return null;
    const [from, to] = [time_s[after - 1], time_s[after]];
    if (to - from > AROUND_S) return null;
    const part = (now_s - from) / (to - from);
    return mapped(this, (values) => values[after - 1] + part * (values[after] - values[after - 1]));
  }

  _cut(begin_s, end_s) {
    const first = this.time_s.findIndex((moment) => moment >= begin_s);
    const behind = this.time_s.findIndex((moment) => moment > end_s);
    const until = behind < 0 ? this.time_s.length : behind;
    return { time_s: this.time_s.slice(first, until), ...mapped(this, (values) => values.slice(first, until)) };
  }
}

function mapped(forecast, take) {
  const leg = ({ doppler_hz, eb_n0_db, margin_db }) => ({
    doppler_hz: take(doppler_hz),
    eb_n0_db: take(eb_n0_db),
    margin_db: take(margin_db),
  });
  return {
    azimuth_deg: take(unwrapped(forecast)),
    elevation_deg: take(forecast.elevation_deg),
    range_m: take(forecast.range_m),
    downlink: leg(forecast.downlink),
    uplink: leg(forecast.uplink),
  };
}

/** Azimuths without the step at north: between 359 and 1 degree lies 0, not 180. */
function unwrapped(forecast) {
  if (forecast.unwrapped_deg) return forecast.unwrapped_deg;
  let turns = 0;
  const previous = (index) => forecast.azimuth_deg[Math.max(0, index - 1)];
  forecast.unwrapped_deg = forecast.azimuth_deg.map((azimuth_deg, index) => {
    turns -= Math.round((azimuth_deg - previous(index)) / 360);
    return azimuth_deg + 360 * turns;
  });
  return forecast.unwrapped_deg;
}
