// A prompt on its journey: where it is, in words, and where its time went.

import { clock, count, number } from "./format.js";

const WAITING = "waiting to send";
const ENDINGS = {
  stop: "answered",
  length: "answered up to its limit of tokens",
  deadline: "cut off: its deadline passed",
  cancelled: "cancelled",
  error: "broken off on board",
};

/** A prompt of which nothing is known but its id. */
export function newPrompt(prompt_id) {
  return { prompt_id, text: "", state: WAITING, answer: "", milestones: {}, frames: 0, acknowledged: 0 };
}

/** What a milestone changes in a prompt; each is dated when it came first. */
export function advance(prompt, { name, link_time_s, detail }) {
  prompt.milestones[name] ??= link_time_s;
  if (name === "queued") Object.assign(prompt, { asked_s: link_time_s, text: detail?.text ?? prompt.text });
  if (name === "uplink_first_sample") Object.assign(prompt, { state: "sent", frames: 0, acknowledged: 0 });
  if (name === "uplink_acked") Object.assign(prompt, { state: "accepted", queue_position: detail?.queue_position });
  if (name === "done") Object.assign(prompt, { state: "answered", ending: detail, ended_s: link_time_s });
  if (name === "refused") Object.assign(prompt, { state: "refused", refusal: detail, ended_s: link_time_s });
}

export const isOpen = ({ state }) => state !== "answered" && state !== "refused";

/** Where a prompt is, in words; `sky` says what is in view: {inView, untilAos}. */
export function status(prompt, sky) {
  const { state, refusal, ending } = prompt;
  if (state === "refused") return refusedFor(refusal);
  if (state === "answered") return ENDINGS[ending?.finish_reason] ?? "answered";
  if (state === WAITING && !prompt.cancelling) return sky.inView ? "goes up next" : `waits, ${sky.untilAos}`;
  const silence = sky.inView ? "" : `; no signal, ${sky.untilAos}`;
  return (prompt.cancelling ? "is being cancelled" : underWay(prompt)) + silence;
}

function refusedFor(refusal) {
  if (!refusal || refusal.reason === "cancelled") return "cancelled";
  const detail = refusal.detail ? `: ${refusal.detail}` : "";
  return `refused, ${refusal.reason.replaceAll("_", " ")}${detail}`;
}

function underWay({ state, frames, acknowledged, answer, queue_position }) {
  if (state === "sent") return frames ? `uplink ${acknowledged}/${frames} acknowledged` : "goes up";
  if (answer) return "answering";
  return queue_position ? `on board, ${queue_position} before it` : "the model reads it";
}

/** What is in view, for `status`. `clockOf` tells a link time. */
export function skyOf({ contact, nextContact, linkTime_s, clockOf }) {
  const untilAos = nextContact
    ? `AOS at ${clockOf(nextContact[0])}, in ${clock(nextContact[0] - linkTime_s)}`
    : "and no contact is left";
  return { inView: contact !== null, untilAos };
}

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
