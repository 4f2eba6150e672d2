// Where the time of an answer went: a bar of spans in proportion, each named with its seconds beneath.

import { element, say } from "./dom.js";
import { number } from "./format.js";
import { spans } from "./prompt.js";

export class Timeline {
  constructor() {
    this._bar = element("div", { class: "bar", "aria-hidden": "true" });
    this._legend = element("ul", { class: "spans", "aria-label": "Where the time went" });
    this.node = element("div", { class: "timeline" }, this._bar, this._legend);
    this._shown = "";
  }

  show(prompt, now_s) {
    const parts = spans(prompt, now_s);
    this.node.hidden = !parts.length;
    const names = parts.map(([name]) => name).join();
    if (names !== this._shown) this._build(parts);
    this._shown = names;
    const total_s = parts.reduce((sum, [, , seconds]) => sum + seconds, 0);
    parts.forEach(([, words, seconds], index) => {
      this._bar.children[index].style.flexGrow = seconds / total_s;
      say(this._legend.children[index].lastChild, `${words} ${number(seconds, seconds < 10 ? 2 : 1, "s")}`);
    });
  }

  _build(parts) {
    this._bar.replaceChildren(...parts.map(([name]) => element("span", { class: `span-${name}` })));
    const swatch = (name) => element("span", { class: `swatch span-${name}` });
    this._legend.replaceChildren(...parts.map(([name]) => element("li", {}, swatch(name), element("span"))));
  }
}
