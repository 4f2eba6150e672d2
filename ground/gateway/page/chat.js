// The talk with the model: every prompt on the link, its words as frames bring them, and a line to ask the next.

import { Answer } from "./answer.js";
import { ask, GatewayError } from "./completion.js";
import { Conversation } from "./conversation.js";
import { byId, say } from "./dom.js";
import { count } from "./format.js";

const NEAR_END_PX = 60;

export class Chat {
  constructor() {
    this._conversation = new Conversation();
    this._answers = new Map();
    this._log = byId("talk");
    this._follows = true;
    this._log.addEventListener("scroll", () => (this._follows = this._isNearEnd()));
    this._input = byId("prompt");
    byId("ask").addEventListener("submit", (event) => this._submit(event));
    byId("anew").addEventListener("click", () => this._beginAnew());
    this._input.addEventListener("keydown", (event) => this._onKey(event));
  }

  show(desk) {
    this._desk = desk;
    for (const [id, answer] of this._answers) if (!desk.prompts.has(id)) this._forget(id, answer);
    for (const prompt of desk.prompts.values()) this._answerOf(prompt.prompt_id).show(prompt, desk.linkTime_s);
    byId("talk-empty").hidden = desk.prompts.size > 0;
    this._showTurns();
    if (this._follows) this._log.scrollTop = this._log.scrollHeight;
  }

  _isNearEnd() {
    return this._log.scrollHeight - this._log.scrollTop - this._log.clientHeight < NEAR_END_PX;
  }

  _answerOf(id) {
    if (!this._answers.has(id)) {
      this._answers.set(id, new Answer());
      this._log.append(this._answers.get(id).node);
    }
    return this._answers.get(id);
  }

  _forget(id, { node }) {
    node.remove();
    this._answers.delete(id);
  }

  _showTurns() {
    const turns = this._conversation.messages(this._desk.prompts).length / 2;
    say(byId("turns"), turns ? `${count(turns, "earlier turn")} will go up with it.` : "");
    byId("anew").hidden = !turns;
  }

  _beginAnew() {
    this._conversation.clear();
    this._showTurns();
    this._input.focus();
  }

  /** Enter asks, Shift+Enter begins a line; while a word is composed, Enter belongs to the composing. */
  _onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId("ask").requestSubmit();
  }

  async _submit(event) {
    event.preventDefault();
    const text = this._input.value.trim();
    if (!this._desk) return say(byId("ask-error"), "▲ Not connected to the gateway yet.");
    if (!text) return;
    const messages = [...this._conversation.messages(this._desk.prompts), { role: "user", content: text }];
    this._input.value = "";
    this._follows = true;
    say(byId("ask-error"), "");
    try {
      this._conversation.add(await ask(messages, byId("max-tokens").valueAsNumber));
      this._showTurns();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      say(byId("ask-error"), `▲ ${error.message}`);
      this._input.value ||= text;
    }
  }
}
