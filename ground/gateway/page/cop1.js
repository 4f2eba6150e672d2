// COP-1: how the ground's FOP-1 stands to the spacecraft's FARM-1 (CCSDS 232.1-B).

import { byId, element, explain, Figures, say } from "./dom.js";
import { number } from "./format.js";

const MODULUS = 256;
const CELLS = 16;
const FLAGS = ["lockout", "wait", "retransmit"];
const FIGURES = {
  vs: "V(S) next sent",
  nr: "N(R) expected",
  outstanding: "unconfirmed",
  waiting: "waiting",
  farm_b: "FARM-B",
};

export class Cop1 {
  constructor() {
    this._panel = byId("cop1");
    this._figures = new Figures(this._panel.querySelector("dl"), FIGURES);
    this._cells = Array.from({ length: CELLS }, () => byId("cop1-window").appendChild(element("li")));
    this._flags = FLAGS.map((name) => byId("cop1-flags").appendChild(element("li", { "data-flag": name })));
  }

  show({ cop1, uplinkState }) {
    const known = cop1 ?? { state: uplinkState };
    explain(this._panel, known.state ? null : "Nothing is known of the uplink yet.");
    const { state, vs, nr } = known;
    say(byId("cop1-state"), (state ?? "").replaceAll("_", " "));
    byId("cop1-state").dataset.tone = { active: "good", initial: "idle" }[state] ?? "warn";
    this._figures.show(mapped(FIGURES, (name) => number(known[name])));
    this._showWindow(vs, nr);
    FLAGS.forEach((name, index) => showFlag(this._flags[index], name, known[name]));
  }

  /** The next sequence numbers from N(R) on: up to V(S) they were sent and wait for their acknowledgement. */
  _showWindow(vs, nr) {
    const sent = vs == null ? 0 : (vs - nr + MODULUS) % MODULUS;
    this._cells.forEach((cell, index) => {
      say(cell, nr == null ? "" : `${(nr + index) % MODULUS}`);
      cell.className = index < sent ? "sent" : "";
    });
    const last = (nr + sent - 1) % MODULUS;
    const words = sent ? `Sent and not confirmed: ${nr} to ${last}` : "All that was sent is confirmed";
    byId("cop1-window").setAttribute("aria-label", nr == null ? "No CLCW yet" : words);
  }
}

const mapped = (names, valueOf) => Object.fromEntries(Object.keys(names).map((name) => [name, valueOf(name)]));

function showFlag(node, name, set) {
  say(node, `${set ? "■" : "□"} ${name}${set ? " SET" : ""}`);
  node.dataset.tone = set ? "warn" : "idle";
}
