// Where the satellite stands: a pass from above, north up, the zenith in the middle.

import { byId, explain, Figures, say } from "./dom.js";
import { number } from "./format.js";
import { onPointing, pointAt } from "./pointing.js";
import { clearedContext, colour } from "./theme.js";

const MARGIN = 22;
const REACH_PX = 24;

export class Sky {
  constructor() {
    this._panel = byId("sky");
    this._canvas = this._panel.querySelector("canvas");
    this._figures = new Figures(this._panel.querySelector("dl"), {
      azimuth: "azimuth",
      elevation: "elevation",
      range: "range",
      highest: "highest",
      tca: "TCA",
      antenna: "antenna off by",
    });
    onPointing(this._canvas, ({ offsetX, offsetY }) => pointAt(this._momentAt(offsetX, offsetY)));
  }

  show(desk) {
    const { forecast, linkTime_s } = desk;
    const pass = forecast?.pass(linkTime_s);
    const reason = forecast ? "No pass is foretold." : "No forecast: the station was started without one.";
    explain(this._panel, pass ? null : reason);
    if (!pass) return;
    this._say(pass, forecast.at(desk.moment_s), desk);
    this._draw(pass, forecast.track(pass), desk);
  }

  _say(pass, now, { rotator, pointed_s, clockOf }) {
    this._panel.querySelector("[data-figure=antenna]").parentNode.hidden = !rotator;
    say(this._panel.querySelector(".when"), pointed_s == null ? "" : clockOf(pointed_s));
    this._figures.show({
      azimuth: number(now && (now.azimuth_deg + 720) % 360, 1, "°"),
      elevation: number(now?.elevation_deg, 1, "°"),
      range: number(now && now.range_m / 1e3, 0, "km"),
      highest: number(pass.max_elevation_deg, 1, "°"),
      tca: clockOf(pass.tca_s),
      antenna: number(rotator?.error_deg, 1, "°"),
    });
    say(this._panel.querySelector(".lit"), pass.sunlit ? "☀ sunlit" : "☾ in eclipse");
    const antenna = rotator ? ` The antenna: ${inWords(rotator)}.` : "";
    const satellite = now ? inWords(now) : "below the horizon";
    this._canvas.setAttribute("aria-label", `Sky track of the pass. The satellite: ${satellite}.${antenna}`);
  }

  _draw(pass, track, { forecast, rotator, linkTime_s, pointed_s, clockOf }) {
    const { context, width, height } = clearedContext(this._canvas);
    const radius = Math.max(1, Math.min(width, height) / 2 - MARGIN);
    context.translate(width / 2, height / 2);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    drawGrid(context, radius, forecast.at(pass.tca_s).azimuth_deg + 180);
    const points = track.azimuth_deg.map((azimuth, index) => place(azimuth, track.elevation_deg[index], radius));
    this._places = points.map(([x, y], index) => [x + width / 2, y + height / 2, track.time_s[index]]);
    const passed = track.time_s.filter((moment) => moment <= linkTime_s).length;
    drawLine(context, points.slice(Math.max(0, passed - 1)), { width: 2, dashes: [3, 5], ink: colour("dim") });
    drawLine(context, points.slice(0, passed), { width: 3.5, dashes: [], ink: colour("accent") });
    if (rotator) drawAntenna(context, place(rotator.azimuth_deg, rotator.elevation_deg, radius));
    for (const [moment_s, draw] of [[linkTime_s, drawNow], [pointed_s, drawPointed]]) {
      const there = moment_s != null && forecast.at(moment_s);
      if (there && there.elevation_deg >= 0) draw(context, place(there.azimuth_deg, there.elevation_deg, radius));
    }
    drawEnd(context, points[0], `AOS ${clockOf(pass.aos_s)}`);
    drawEnd(context, points.at(-1), `LOS ${clockOf(pass.los_s)}`);
  }

  /** When the satellite is next to a place on the picture; null for one that it does not come near. */
  _momentAt(x, y) {
    const away = ([track_x, track_y]) => Math.hypot(track_x - x, track_y - y);
    const nearest = this._places.reduce((one, other) => (away(other) < away(one) ? other : one));
    return away(nearest) < REACH_PX ? nearest[2] : null;
  }
}

function inWords({ azimuth_deg, elevation_deg }) {
  return `azimuth ${azimuth_deg.toFixed(0)}, elevation ${elevation_deg.toFixed(0)} degrees`;
}

/** East is to the right, as on a map; an elevation above 90 lies beyond the zenith. */
function place(azimuth_deg, elevation_deg, radius) {
  const angle = (azimuth_deg * Math.PI) / 180;
  const distance = radius * (1 - Math.max(0, elevation_deg) / 90);
  return [distance * Math.sin(angle), -distance * Math.cos(angle)];
}

/** The elevations are named towards an azimuth at which the satellite does not pass. */
function drawGrid(context, radius, named_deg) {
  Object.assign(context, { strokeStyle: colour("line"), fillStyle: colour("dim"), lineWidth: 1 });
  Object.assign(context, { textAlign: "center", textBaseline: "middle" });
  for (const elevation_deg of [0, 30, 60]) {
    context.beginPath();
    context.arc(0, 0, radius * (1 - elevation_deg / 90), 0, 2 * Math.PI);
    context.stroke();
  }
  context.beginPath();
  for (const turn of [0, 1, 2, 3]) {
    const [x, y] = place(90 * turn, 0, radius);
    context.moveTo(0, 0);
    context.lineTo(x, y);
    context.fillText("NESW"[turn], x * (1 + 11 / radius), y * (1 + 11 / radius));
  }
  context.stroke();
  for (const elevation_deg of [30, 60]) {
    drawLabel(context, `${elevation_deg}°`, ...place(named_deg, elevation_deg, radius));
  }
}

function drawLine(context, points, { width, dashes, ink }) {
  Object.assign(context, { strokeStyle: ink, lineWidth: width, lineJoin: "round", lineCap: "round" });
  context.setLineDash(dashes);
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  context.stroke();
  context.setLineDash([]);
}

function drawEnd(context, [x, y], label) {
  Object.assign(context, { fillStyle: colour("ink"), textAlign: x > 0 ? "right" : "left" });
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fill();
  drawLabel(context, label, x + (x > 0 ? -8 : 8), y + (y > 0 ? -10 : 12));
}

/** A halo of the panel's own colour keeps a label readable across lines. */
function drawLabel(context, label, x, y) {
  Object.assign(context, { strokeStyle: colour("panel"), lineWidth: 4, lineJoin: "round" });
  context.strokeText(label, x, y);
  context.fillText(label, x, y);
}

function ring(context, [x, y], reach, { ink, width }) {
  Object.assign(context, { strokeStyle: ink, lineWidth: width });
  context.beginPath();
  context.arc(x, y, reach, 0, 2 * Math.PI);
  context.stroke();
}

function drawNow(context, [x, y]) {
  Object.assign(context, { fillStyle: colour("now"), strokeStyle: colour("panel"), lineWidth: 2 });
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  ring(context, [x, y], 12, { ink: colour("now"), width: 1.5 });
}

function drawPointed(context, at) {
  ring(context, at, 6, { ink: colour("panel"), width: 5 });
  ring(context, at, 6, { ink: colour("ink"), width: 2 });
}

/** A cross, open in the middle and larger than the mark of the satellite, so that both are seen. */
function drawAntenna(context, [x, y]) {
  const ways = [[1, 0], [-1, 0], [0, 1], [0, -1]];
  const at = (reach, [right, down]) => [x + reach * right, y + reach * down];
  const arms = ways.map((way) => [at(4, way), at(16, way)]);
  for (const arm of arms) drawLine(context, arm, { width: 5, dashes: [], ink: colour("panel") });
  for (const arm of arms) drawLine(context, arm, { width: 2, dashes: [], ink: colour("ink") });
}
