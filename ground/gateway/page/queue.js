// The prompts that have not ended: where each is, and a way to end it.

import { cancel, GatewayError } from "./completion.js";
import { byId, element, explain, say } from "./dom.js";
import { clock } from "./format.js";
import { isOpen } from "./prompt.js";

export class Queue {
  constructor() {
    this._panel = byId("queue");
    this._list = this._panel.querySelector("ol");
    this._rows = new Map();
  }

  show(desk) {
    const open = [...desk.prompts.values()].filter(isOpen);
    explain(this._panel, open.length ? null : "No prompt is under way.");
    say(byId("queue-count"), open.length ? `${open.length} open` : "");
    for (const [id, row] of this._rows) if (!open.some(({ prompt_id }) => prompt_id === id)) this._remove(id, row);
    for (const prompt of open) this._rowOf(prompt).show(prompt, desk.linkTime_s);
  }

  _rowOf({ prompt_id }) {
    if (!this._rows.has(prompt_id)) {
      this._rows.set(prompt_id, new Row(prompt_id));
      this._list.append(this._rows.get(prompt_id).node);
    }
    return this._rows.get(prompt_id);
  }

  _remove(id, { node }) {
    node.remove();
    this._rows.delete(id);
  }
}

class Row {
  constructor(prompt_id) {
    this._text = element("span", { class: "text" });
    this._where = element("span", { class: "where" });
    this._button = element("button", { type: "button", class: "quiet" }, "Cancel");
    this._button.addEventListener("click", () => this._cancel(prompt_id));
    const words = element("div", {}, this._text, this._where);
    this.node = element("li", {}, words, this._button);
  }

  show(prompt, now_s) {
    say(this._text, prompt.text);
    const age = prompt.asked_s == null ? "" : ` · asked ${clock(now_s - prompt.asked_s)} ago`;
    say(this._where, (this._trouble ?? prompt.status) + age);
    this._button.disabled = prompt.cancelling;
    this._button.setAttribute("aria-label", `Cancel: ${prompt.text}`);
  }

  async _cancel(prompt_id) {
    this._button.disabled = true;
    try {
      await cancel(prompt_id);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this._trouble = `▲ not cancelled: ${error.message}`;
    }
  }
}
