// What was measured of the link and on board over link time. It mirrors ground/gateway/measured_history.py.

const KEPT_S = 1800;

/** The series, and with how many decimals a mean is kept. */
const DIGITS = {
  downlink_eb_n0_db: 2,
  uplink_eb_n0_db: 2,
  downlink_offset_hz: 0,
  uplink_offset_hz: 0,
  power_w: 2,
  temperature_c: 1,
  payload_temperature_c: 1,
};

/** Values over link time: the mean of each second in which there are any, at its middle. */
class SecondMeans {
  constructor(digits, { times_s, values, samples }) {
    this.times_s = times_s.map((second) => second + 0.5);
    this.values = values;
    Object.assign(this, { _digits: digits, _samples: samples });
  }

  /** A time that lies back means that the station began anew. */
  add(time_s, value) {
    if (value == null) return;
    const second = Math.floor(time_s) + 0.5;
    if (second < this.times_s.at(-1)) this.times_s.length = this.values.length = 0;
    if (second !== this.times_s.at(-1)) this._begin(second);
    const mean = this.values.at(-1);
    this.values[this.values.length - 1] = mean + (value - mean) / ++this._samples;
  }

  get last() {
    return this.values.at(-1) ?? null;
  }

  /** The last value if it is not older than `age_s`, else null; nor later: that was before the station began anew. */
  fresh(now_s, age_s) {
    return Math.abs(now_s - this.times_s.at(-1)) <= age_s ? this.last : null;
  }

  /** Put in front of it what was measured earlier, unless that is later: then the station began anew. */
  goOnFrom({ times_s, values, _samples }) {
    if (times_s.at(-1) > this.times_s.at(-1)) return;
    this._samples = this.times_s.length ? this._samples : _samples;
    const earlier = times_s.filter((second) => !(second >= this.times_s[0])).length;
    this.times_s.unshift(...times_s.slice(0, earlier));
    this.values.unshift(...values.slice(0, earlier));
    this._forgetOldest();
  }

  _begin(second) {
    if (this.values.length) this.values.push(Number(this.values.pop().toFixed(this._digits)));
    this.times_s.push(second);
    this.values.push(0);
    this._samples = 0;
    this._forgetOldest();
  }

  _forgetOldest() {
    for (const kept of [this.times_s, this.values]) kept.splice(0, Math.max(0, kept.length - KEPT_S));
  }
}

/** Eb/N0 and carrier offset of both legs, as they are at the antennas, and the board's power and temperatures. */
export class MeasuredHistory {
  /** `told`: the gateway's; `before`: what was measured until the connection was lost, of which it may know nothing. */
  constructor(told, before = null) {
    for (const [name, digits] of Object.entries(DIGITS)) {
      this[name] = new SecondMeans(digits, told[name]);
      if (before) this[name].goOnFrom(before[name]);
    }
  }

  takeReception({ at_s, good, eb_n0_db, offset_hz }) {
    if (!good) return;
    this.downlink_eb_n0_db.add(at_s, eb_n0_db);
    this.downlink_offset_hz.add(at_s, offset_hz);
  }

  takeBoard({ link_time_s, bus_voltage_v: volts, current_a: amperes, temperature_c, payload_temperature_c }) {
    this.power_w.add(link_time_s, volts == null || amperes == null ? null : volts * amperes);
    this.temperature_c.add(link_time_s, temperature_c);
    this.payload_temperature_c.add(link_time_s, payload_temperature_c);
  }

  /** The station's tuner is not the uplink's doing: that it transmits on `transmit_hz` is taken out of the offset. */
  takeUplink({ link_time_s, uplink_offset_hz, uplink_es_n0_db }, leg, transmit_hz) {
    if (leg?.carrier_hz == null || uplink_offset_hz == null || uplink_es_n0_db == null) return;
    this.uplink_offset_hz.add(link_time_s, uplink_offset_hz - ((transmit_hz ?? leg.carrier_hz) - leg.carrier_hz));
    this.uplink_eb_n0_db.add(link_time_s, uplink_es_n0_db + perBit_db(leg));
  }
}

/** By how much Eb/N0 is above Es/N0. */
function perBit_db({ symbol_rate_baud, information_rate_bit_s }) {
  return 10 * Math.log10(symbol_rate_baud / information_rate_bit_s);
}
