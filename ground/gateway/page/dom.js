// The page's nodes. What others wrote enters it as text only, never as markup.

export const byId = (id) => document.getElementById(id);

/** Make an element; `children` are nodes or texts. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Set a node's text if it differs, so that nothing is announced or laid out for nothing. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show a panel's body, or in its place why there is nothing to show. */
export function explain(panel, reason) {
  const why = panel.querySelector(".why");
  say(why, reason ?? "");
  why.hidden = !reason;
  panel.querySelector(".body").hidden = Boolean(reason);
}

/** Named figures in a <dl>: `show` takes their values by name. */
export class Figures {
  constructor(list, labels) {
    this._values = {};
    for (const [name, label] of Object.entries(labels)) {
      this._values[name] = element("dd", { "data-figure": name });
      list.append(element("div", {}, element("dt", {}, label), this._values[name]));
    }
  }

  show(values) {
    for (const [name, text] of Object.entries(values)) say(this._values[name], text);
  }
}

/** Figures of both directions in a <table>: a row each, the columns named once. */
export class LegTable {
  constructor(table, columns) {
    const heads = columns.map((column) => element("th", { scope: "col" }, column));
    this._when = element("td", { class: "when" });
    table.append(element("thead", {}, element("tr", {}, this._when, ...heads)));
    const body = table.appendChild(element("tbody"));
    this._cells = {};
    for (const leg of ["downlink", "uplink"]) {
      this._cells[leg] = columns.map(() => element("td"));
      const head = element("th", { scope: "row" }, element("span", { class: `key ${leg}` }), leg);
      body.append(element("tr", {}, head, ...this._cells[leg]));
    }
  }

  /** Say of which moment the figures are. */
  date(words) {
    say(this._when, words);
  }

  show(leg, texts) {
    texts.forEach((text, column) => say(this._cells[leg][column], text));
  }
}
