// All that the page knows: the gateway's snapshot, and every event since. Nothing here touches the page.

import { Forecast } from "./forecast.js";
import { MeasuredHistory } from "./history.js";
import { advance, isOpen, newPrompt } from "./prompt.js";
import { clock, utc } from "./format.js";

const PROMPTS_KEPT = 200;
const ROWS_KEPT = 120;
const FRESH_S = 15; // an idle spacecraft is heard every ten seconds, with its health
const NEAR_S = 6; // so what is nearest to a moment is within half of that

export class Desk {
  /** `before`: the desk until the connection was lost, whose measurements go on. */
  constructor({ snapshot, forecast }, before = null) {
    this.forecast = forecast ? new Forecast(forecast) : null;
    this.station = snapshot.station;
    this.linkTime_s = snapshot.link_time_s ?? 0;
    this.pointed_s = null;
    this.epoch_utc_s = snapshot.epoch_utc_s;
    this.health = snapshot.health;
    this.cop1 = snapshot.cop1;
    this.channels = snapshot.channels;
    this.uplinkState = snapshot.uplink_state;
    this.rotator = snapshot.rotator;
    this.warning = snapshot.warnings.at(-1) ?? null;
    this.prompts = new Map(snapshot.prompts.map((prompt) => [prompt.prompt_id, prompt]));
    this.view = null;
    this.rows = before?.rows ?? [];
    this.history = new MeasuredHistory(snapshot.history, before?.history);
    this.heard_s = this.history.downlink_eb_n0_db.times_s.at(-1) ?? null;
  }

  /** Take in an event of the station; one that the page has no use for changes nothing. */
  take(event) {
    if (event.link_time_s != null) this.linkTime_s = event.link_time_s;
    this[`_on_${event.event}`]?.(event);
  }

  /** A link time for people: in UTC, or as T+ where the station has told none. */
  clockOf = (link_time_s) => {
    if (this.epoch_utc_s == null) return `T+${clock(link_time_s)}`;
    return utc(new Date(1000 * (this.epoch_utc_s + link_time_s)));
  };

  get contacts() {
    return this.station?.contacts ?? [];
  }

  /** The contact that is on, or null. */
  get contact() {
    const now_s = this.linkTime_s;
    return this.contacts.find(([aos_s, los_s]) => aos_s <= now_s && now_s < (los_s ?? Infinity)) ?? null;
  }

  get nextContact() {
    return this.contacts.find(([aos_s]) => aos_s > this.linkTime_s) ?? null;
  }

  /** Whether a good frame came within the last seconds. */
  get receiving() {
    return this.heard_s != null && Math.abs(this.linkTime_s - this.heard_s) < FRESH_S;
  }

  /** The moment that the panels show: the one pointed at, else the present. */
  get moment_s() {
    return this.pointed_s ?? this.linkTime_s;
  }

  /** What was measured about that moment, {time_s, value}, or null. */
  measured(name) {
    return this.history[name].near(this.moment_s, this.pointed_s == null ? FRESH_S : NEAR_S);
  }

  _on_station(event) {
    this.station = event;
    if (event.start_utc) this.epoch_utc_s = Date.parse(event.start_utc) / 1000;
  }

  _on_time({ link_time_s, wall_time_s }) {
    if (!this.station?.start_utc) this.epoch_utc_s = wall_time_s - link_time_s;
  }

  /** The station begins: what it does not name has ended. */
  _on_queue({ prompts }) {
    for (const prompt of this.prompts.values()) if (isOpen(prompt)) this.prompts.delete(prompt.prompt_id);
    for (const inquiry of prompts) this._on_known({ found: inquiry });
  }

  _on_known({ found }) {
    const prompt = this._prompt(found.prompt_id);
    const answer = longer(found.answer ?? "", prompt.answer);
    Object.assign(prompt, found, { answer });
  }

  _on_milestone(event) {
    advance(this._prompt(event.prompt_id), event);
  }

  /** Words from character `at` on; a station that began anew says them again from 0. */
  _on_text({ prompt_id, at, text }) {
    const prompt = this._prompt(prompt_id);
    prompt.answer = longer([...prompt.answer].slice(0, at).join("") + text, prompt.answer);
  }

  _on_status({ prompt_id, status }) {
    this._prompt(prompt_id).status = status;
  }

  _on_measured({ series }) {
    this.history.take(series);
  }

  /** The prompt of an id, new if it was not heard of before. */
  _prompt(prompt_id) {
    if (!this.prompts.has(prompt_id)) this.prompts.set(prompt_id, newPrompt(prompt_id));
    if (this.prompts.size > PROMPTS_KEPT) this._forgetOldest();
    return this.prompts.get(prompt_id);
  }

  _forgetOldest() {
    const oldest = [...this.prompts.values()].find((prompt) => !isOpen(prompt));
    if (oldest) this.prompts.delete(oldest.prompt_id);
  }

  _on_uplink({ state }) {
    this.uplinkState = state;
  }

  _on_rotator(event) {
    this.rotator = event;
  }

  _on_health(event) {
    this.health = event;
  }

  _on_view(event) {
    this.view = { ...event, constellation: event.constellation ?? this.view?.constellation };
    this.cop1 = event.cop1 ?? this.cop1;
    this.channels = event.channels ?? this.channels;
    if (event.spectrum) this._keepRow(event);
    for (const { good, at_s } of event.receptions ?? []) if (good) this.heard_s = at_s;
  }

  _keepRow({ link_time_s, spectrum, floor_db, step_db }) {
    const levels = Uint8Array.from(atob(spectrum), (octet) => octet.charCodeAt(0));
    this.rows.push({ at_s: link_time_s, power_db: Float32Array.from(levels, (level) => floor_db + step_db * level) });
    if (this.rows.length > ROWS_KEPT) this.rows.shift();
  }

  _on_warning({ message }) {
    this.warning = message;
  }

  _on_error({ message }) {
    this.warning = message;
  }
}

function longer(one, other) {
  return one.length > other.length ? one : other;
}
