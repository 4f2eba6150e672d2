// A prompt on its journey, and where its time went. Where it is, in words, the gateway tells.

import { count, number } from "./format.js";

/** A prompt of which nothing is known but its id. */
export function newPrompt(prompt_id) {
  return { prompt_id, text: "", status: "", state: "waiting to send", answer: "", milestones: {} };
}

/** What a milestone changes in a prompt; each is dated when it came first. */
export function advance(prompt, { name, link_time_s, detail }) {
  prompt.milestones[name] ??= link_time_s;
  if (name === "queued") Object.assign(prompt, { asked_s: link_time_s, text: detail?.text ?? prompt.text });
  if (name === "done") Object.assign(prompt, { state: "answered", ending: detail, ended_s: link_time_s });
  if (name === "refused") Object.assign(prompt, { state: "refused", ended_s: link_time_s });
}

export const isOpen = ({ state }) => state !== "answered" && state !== "refused";

/** Where the time went so far: [name, words, seconds] in the order in which it passed. */
export function spans(prompt, now_s) {
  const { queued, uplink_first_sample: sent, uplink_acked: acked, first_word_shown: shown, done } = prompt.milestones;
  const begin_s = queued ?? prompt.asked_s;
  const end_s = done ?? prompt.ended_s ?? Math.max(now_s, begin_s);
  if (sent == null && !isOpen(prompt)) return [];
  const wait = prompt.milestones.aos == null ? "waited to be sent" : "waited for AOS";
  const parts = [["wait", wait, (sent ?? end_s) - begin_s]];
  if (sent != null) parts.push(["uplink", "uplink", (acked ?? shown ?? end_s) - sent]);
  if (prompt.ending && acked != null) parts.push(...onBoardSpans(prompt.ending, parts[1], end_s - acked));
  else if (acked != null) parts.push(["board", "on board", (shown ?? end_s) - acked]);
  if (shown != null && !prompt.ending) parts.push(["generation", "answering", end_s - shown]);
  return parts.filter(([, , seconds]) => seconds > 0);
}

/** The board tells how long it took; what it did before its acknowledgement was heard passed during the uplink. */
function onBoardSpans({ waited_s, prefill_s, inference_s }, uplink, since_ack_s) {
  const known_s = (waited_s ?? 0) + inference_s;
  uplink[2] -= Math.max(0, known_s - since_ack_s);
  return [
    ["board", "waited on board", waited_s ?? 0],
    ["prefill", "prefill", prefill_s ?? 0],
    ["generation", "generation", inference_s - (prefill_s ?? 0)],
    ["rest", "downlink rest", Math.max(0, since_ack_s - known_s)],
  ];
}

/** The figures under an answer, as texts. */
export function figures({ milestones, ending, asked_s, transmissions, eb_n0_db }) {
  const queued_s = milestones.queued ?? asked_s;
  const since = (time) => (time == null || queued_s == null ? null : time - queued_s);
  const end = ending ?? {};
  const shown = [
    ["TTFT", since(milestones.first_word_shown), (value) => number(value, 2, "s")],
    ["E2E", since(milestones.done), (value) => number(value, 2, "s")],
    ["tokens", end.completion_tokens, (value) => `${end.prompt_tokens} + ${value}`],
    ["pace", pace(end), (value) => number(value, 1, "tokens/s")],
    ["Eb/N0", eb_n0_db, (value) => number(value, 1, "dB")],
    ["energy", end.energy_j, (value) => number(value, 1, "J")],
    ["peak", end.peak_temperature_c, (value) => number(value, 1, "°C")],
    ["frames up", end.uplink_frames, (value) => `${value}${end.uplink_resent ? ` (${end.uplink_resent} again)` : ""}`],
    ["frames down", end.downlink_frames, (value) => `${value}`],
    ["shortened to", end.shortened_to, (value) => count(value, "token")],
    ["sent", transmissions > 1 ? transmissions : null, (value) => count(value, "time")],
  ];
  return shown.filter(([, value]) => value != null).map(([name, value, text]) => `${name} ${text(value)}`);
}

function pace({ inference_s, prefill_s, completion_tokens }) {
  const generation_s = inference_s - (prefill_s ?? 0);
  return generation_s > 0 && completion_tokens ? completion_tokens / generation_s : null;
}
