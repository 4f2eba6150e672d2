// Values over link time: the mean of each second, for as long as two passes last.

const KEPT_S = 1800;

export class History {
  times_s = [];
  values = [];
  _samples = 0;

  /** A time that lies back means that the station began anew. */
  add(time_s, value) {
    if (value == null) return;
    const second = Math.floor(time_s) + 0.5;
    const last = this.times_s.at(-1);
    if (second < last) this._clear();
    if (second !== this.times_s.at(-1)) this._begin(second);
    const mean = this.values.at(-1);
    this.values[this.values.length - 1] = mean + (value - mean) / ++this._samples;
  }

  get last() {
    return this.values.at(-1) ?? null;
  }

  /** The last value if it is not older than `age_s`, else null. */
  fresh(now_s, age_s) {
    return now_s - this.times_s.at(-1) <= age_s ? this.last : null;
  }

  _begin(second) {
    this.times_s.push(second);
    this.values.push(0);
    this._samples = 0;
    if (this.times_s.length > KEPT_S) {
      this.times_s.shift();
      this.values.shift();
    }
  }

  _clear() {
    this.times_s.length = 0;
    this.values.length = 0;
  }
}
