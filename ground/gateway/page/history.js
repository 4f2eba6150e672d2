// What was measured of the link and on board over link time: the means of seconds that the gateway tells.

const KEPT_S = 1800;

/** One quantity: a mean for each second in which it was measured, at the second's middle. */
class Series {
  /** `told`: the gateway's; `before`: what was told until the connection was lost, of which it may know nothing. */
  constructor(told, before = { times_s: [], values: [] }) {
    const times_s = told.times_s.map(middle);
    const hasBegunAnew = before.times_s.at(-1) > times_s.at(-1);
    const kept = hasBegunAnew ? 0 : before.times_s.filter((time_s) => !(time_s >= times_s[0])).length;
    this.times_s = [...before.times_s.slice(0, kept), ...times_s];
    this.values = [...before.values.slice(0, kept), ...told.values];
  }

  /** Take in a second, anew if it was told before. One that lies back means that the station began anew. */
  take([second, mean]) {
    const time_s = middle(second);
    if (time_s < this.times_s.at(-1)) this.times_s.length = this.values.length = 0;
    if (time_s !== this.times_s.at(-1)) this.times_s.push(time_s);
    this.values[this.times_s.length - 1] = mean;
    for (const kept of [this.times_s, this.values]) kept.splice(0, kept.length - KEPT_S);
  }

  /** What was measured nearest to a moment, {time_s, value}, if that is not more than `within_s` away; else null. */
  near(moment_s, within_s) {
    const away_s = this.times_s.map((time_s) => Math.abs(time_s - moment_s));
    const least_s = Math.min(...away_s);
    const index = away_s.lastIndexOf(least_s);
    return least_s <= within_s ? { time_s: this.times_s[index], value: this.values[index] } : null;
  }
}

const middle = (second) => second + 0.5;

/** Every quantity's series by its name, as ground/gateway/measured_history.py names them. */
export class MeasuredHistory {
  constructor(told, before = null) {
    for (const [name, series] of Object.entries(told)) this[name] = new Series(series, before?.[name]);
  }

  take(series) {
    for (const [name, seconds] of Object.entries(series)) for (const each of seconds) this[name].take(each);
  }
}
