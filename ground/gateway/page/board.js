// The spacecraft as it reports itself: power, heat, and what the model does.

import { byId, explain, Figures, say } from "./dom.js";
import { clock, number } from "./format.js";
import { Chart } from "./chart.js";

const SHOWN_S = 300;

export class Board {
  constructor() {
    this._panel = byId("board");
    this._figures = new Figures(this._panel.querySelector("dl"), {
      power: "power",
      bus: "bus",
      current: "current",
      battery: "battery",
      board: "board",
      payload: "payload",
      model: "model",
      queue: "queue",
      uptime: "up for",
      resets: "resets",
    });
    this._power = new Chart(byId("power-chart"), { curves: [{ ink: "power" }], unit: "W", least: 2 });
    const curves = [{ ink: "board" }, { ink: "payload", dashes: [7, 4] }];
    this._heat = new Chart(byId("heat-chart"), { curves, unit: "°C", least: 5 });
  }

  show(desk) {
    const { health, history, linkTime_s } = desk;
    explain(this._panel, health ? null : "The spacecraft has not reported yet.");
    if (!health) return;
    this._figures.show(texts(health));
    this._showPointed(desk);
    const span = [Math.max(0, linkTime_s - SHOWN_S), Math.max(linkTime_s, 60)];
    this._power.show([table(history.power_w)], span, desk);
    this._heat.show([table(history.temperature_c), table(history.payload_temperature_c)], span, desk);
  }

  /** Beside the curves' names: when is pointed at, and what was measured then. The present stands in the figures. */
  _showPointed(desk) {
    const isPointed = desk.pointed_s != null;
    for (const node of this._panel.querySelectorAll("[data-series]")) {
      const { series, unit, digits } = node.dataset;
      say(node, isPointed ? number(desk.measured(series)?.value, Number(digits), unit) : "");
    }
    for (const node of this._panel.querySelectorAll(".when")) say(node, isPointed ? desk.clockOf(desk.pointed_s) : "");
  }
}

const table = ({ times_s, values }) => [times_s, values];

function texts(health) {
  const { bus_voltage_v: volts, current_a: amperes, battery_charge: charge } = health;
  return {
    power: number(volts == null || amperes == null ? null : volts * amperes, 2, "W"),
    bus: number(volts, 2, "V"),
    current: number(amperes, 2, "A"),
    battery: number(charge == null ? null : 100 * charge, 0, "%"),
    board: number(health.temperature_c, 1, "°C"),
    payload: number(health.payload_temperature_c, 1, "°C"),
    model: health.waits_for ?? (health.inferring ? "at work" : "idle"),
    queue: `${health.queue_depth}`,
    uptime: clock(health.uptime_s),
    resets: number(health.watchdog_resets),
  };
}
