// Which prompts this page asked, and what of them goes up again with the next one. A reload keeps them.

const STORED = "conversation";

export class Conversation {
  _ids = JSON.parse(sessionStorage.getItem(STORED) ?? "[]");

  add(prompt_id) {
    if (!this._ids.includes(prompt_id)) this._keep([...this._ids, prompt_id]);
  }

  clear() {
    this._keep([]);
  }

  /** The answered prompts and their answers, in turn, as messages. */
  messages(prompts) {
    const answered = this._ids.map((id) => prompts.get(id)).filter((prompt) => prompt?.ending && prompt.answer);
    return answered.flatMap(({ text, answer }) => [
      { role: "user", content: text },
      { role: "assistant", content: answer },
    ]);
  }

  _keep(ids) {
    this._ids = ids;
    sessionStorage.setItem(STORED, JSON.stringify(ids));
  }
}
