// One prompt in the chat, with its answer as far as it is here.

import { element, say } from "./dom.js";
import { figures, isOpen } from "./prompt.js";
import { Timeline } from "./timeline.js";

export class Answer {
  constructor() {
    this._question = element("p", { class: "question" });
    this._words = element("p", { class: "words" });
    this._status = element("p", { class: "status", "aria-live": "off" });
    this._timeline = new Timeline();
    this._figures = element("ul", { class: "figures", "aria-live": "off" });
    this._timeline.node.setAttribute("aria-live", "off");
    const answer = element("div", { class: "answer" }, this._words, this._status, this._timeline.node, this._figures);
    this.node = element("li", {}, this._question, answer);
    this._shown = "";
  }

  show(prompt, now_s) {
    say(this._question, prompt.text);
    this._showWords(prompt.answer);
    say(this._status, prompt.status);
    this.node.dataset.state = isOpen(prompt) ? "open" : prompt.state;
    this._timeline.show(prompt, now_s);
    const texts = figures(prompt);
    if (texts.join() !== this._figures.dataset.shown) this._showFigures(texts);
  }

  /** New words are added as a text of their own: so only they are read out. */
  _showWords(answer) {
    if (!answer.startsWith(this._shown)) this._words.replaceChildren();
    const from = this._words.hasChildNodes() ? this._shown.length : 0;
    if (answer.length > from) this._words.append(answer.slice(from));
    this._shown = answer;
  }

  _showFigures(texts) {
    this._figures.dataset.shown = texts.join();
    this._figures.replaceChildren(...texts.map((text) => element("li", {}, text)));
  }
}
