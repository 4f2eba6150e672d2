// Frames by virtual channel, since the station began.

import { byId, element, explain, say } from "./dom.js";

const COLUMNS = { down: ["frames", "repeated", "rejected"], up: ["sent", "resent"] };
const NAMES = { down: "downlink", up: "uplink" };

export class Frames {
  constructor() {
    this._panel = byId("frames");
    this._cells = {};
  }

  show({ channels }) {
    explain(this._panel, channels ? null : "No frame was sent or received yet.");
    for (const leg of Object.keys(COLUMNS)) {
      for (const [channel, counts] of Object.entries(channels?.[leg] ?? {})) this._showChannel(leg, channel, counts);
    }
  }

  _showChannel(leg, channel, counts) {
    const cells = (this._cells[`${leg} ${channel}`] ??= this._addRow(leg, channel));
    COLUMNS[leg].forEach((name, column) => say(cells[column], `${counts[name] ?? 0}`));
  }

  _addRow(leg, channel) {
    const key = element("span", { class: `key ${NAMES[leg]}` });
    const row = element("tr", {}, element("th", { scope: "row" }, key, `VC ${channel}`));
    const cells = COLUMNS[leg].map(() => element("td"));
    row.append(...cells);
    byId(`frames-${leg}`).append(row);
    return cells;
  }
}
