// The symbols of the last good frame, before they are decided.

import { byId, explain, say } from "./dom.js";
import { number } from "./format.js";
import { clearedContext, colour } from "./theme.js";

const UNIT = 48; // the gateway's int8 for unit mean power
const EXTENT = 2;

export class Constellation {
  constructor() {
    this._panel = byId("constellation");
    this._canvas = this._panel.querySelector("canvas");
  }

  show({ view, station }) {
    const points = view?.constellation;
    const hasSamples = !view || view.spectrum;
    const reason = hasSamples ? "No good frame yet." : "No samples: this radio gives frames alone.";
    explain(this._panel, points ? null : reason);
    if (!points) return;
    const { modulation = "", symbol_rate_baud } = station?.downlink ?? {};
    const note = `${modulation.toUpperCase()} ${number(symbol_rate_baud / 1e3, 1, "kBd")}, last good frame`;
    say(this._panel.querySelector(".note"), note);
    this._draw(Int8Array.from(atob(points), (octet) => octet.charCodeAt(0)));
  }

  _draw(symbols) {
    const { context, width, height } = clearedContext(this._canvas);
    const unit = Math.min(width, height) / 2 / EXTENT;
    context.translate(width / 2, height / 2);
    drawAxes(context, unit);
    context.fillStyle = colour("downlink");
    context.globalAlpha = 0.75;
    for (let at = 0; at < symbols.length; at += 2) {
      context.beginPath();
      context.arc((symbols[at] / UNIT) * unit, (-symbols[at + 1] / UNIT) * unit, 2, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
  }
}

function drawAxes(context, unit) {
  Object.assign(context, { strokeStyle: colour("line"), fillStyle: colour("dim"), lineWidth: 1 });
  context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  context.beginPath();
  context.moveTo(-EXTENT * unit, 0);
  context.lineTo(EXTENT * unit, 0);
  context.moveTo(0, -EXTENT * unit);
  context.lineTo(0, EXTENT * unit);
  context.moveTo(unit, 0);
  context.arc(0, 0, unit, 0, 2 * Math.PI);
  context.stroke();
  context.fillText("I", EXTENT * unit - 8, -5);
  context.fillText("Q", 5, -EXTENT * unit + 12);
}
