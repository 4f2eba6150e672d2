// Where the satellite stands: a pass from above, north up, the zenith in the middle.

import { byId, explain, Figures, say } from "./dom.js";
import { number } from "./format.js";
import { clearedContext, colour } from "./theme.js";

const MARGIN = 22;

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
  }

  show({ forecast, rotator, linkTime_s, clockOf }) {
    const pass = forecast?.pass(linkTime_s);
    const reason = forecast ? "No pass is foretold." : "No forecast: the station was started without one.";
    explain(this._panel, pass ? null : reason);
    if (!pass) return;
    const now = forecast.at(linkTime_s);
    this._say(pass, now, rotator, clockOf);
    this._draw(pass, forecast.track(pass), now, rotator, linkTime_s, clockOf);
  }

  _say(pass, now, rotator, clockOf) {
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

  _draw(pass, track, now, rotator, now_s, clockOf) {
    const { context, width, height } = clearedContext(this._canvas);
    const radius = Math.max(1, Math.min(width, height) / 2 - MARGIN);
    context.translate(width / 2, height / 2);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    drawGrid(context, radius);
    const points = track.azimuth_deg.map((azimuth, index) => place(azimuth, track.elevation_deg[index], radius));
    const passed = track.time_s.filter((moment) => moment <= now_s).length;
    drawLine(context, points.slice(Math.max(0, passed - 1)), { width: 2, dashes: [3, 5], ink: colour("dim") });
    drawLine(context, points.slice(0, passed), { width: 3.5, dashes: [], ink: colour("downlink") });
    if (rotator) drawAntenna(context, place(rotator.azimuth_deg, rotator.elevation_deg, radius));
    if (now && now.elevation_deg >= 0) drawNow(context, place(now.azimuth_deg, now.elevation_deg, radius));
    drawEnd(context, points[0], `AOS ${clockOf(pass.aos_s)}`);
    drawEnd(context, points.at(-1), `LOS ${clockOf(pass.los_s)}`);
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

function drawGrid(context, radius) {
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
  for (const elevation_deg of [30, 60]) context.fillText(`${elevation_deg}°`, ...place(45, elevation_deg, radius));
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

function drawNow(context, [x, y]) {
  Object.assign(context, { fillStyle: colour("now"), strokeStyle: colour("panel"), lineWidth: 2 });
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  Object.assign(context, { strokeStyle: colour("now"), lineWidth: 1.5 });
  context.beginPath();
  context.arc(x, y, 12, 0, 2 * Math.PI);
  context.stroke();
}

/** A cross, open in the middle and larger than the mark of the satellite, so that both are seen. */
function drawAntenna(context, [x, y]) {
  const ways = [[1, 0], [-1, 0], [0, 1], [0, -1]];
  const at = (reach, [right, down]) => [x + reach * right, y + reach * down];
  const arms = ways.map((way) => [at(4, way), at(16, way)]);
  for (const arm of arms) drawLine(context, arm, { width: 5, dashes: [], ink: colour("panel") });
  for (const arm of arms) drawLine(context, arm, { width: 2, dashes: [], ink: colour("ink") });
}
