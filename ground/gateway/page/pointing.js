// The moment of link time that a pointer on a picture points at: every panel that can shows that one, not the present.

/** Tell the page the moment that is pointed at; null: none, the present is shown again. */
export function pointAt(moment_s) {
  dispatchEvent(new CustomEvent("point", { detail: moment_s }));
}

/** Call `point(event)` for each place on `node` that is pointed at. A finger points until it does so elsewhere. */
export function onPointing(node, point) {
  for (const name of ["pointerdown", "pointermove"]) node.addEventListener(name, point);
  node.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && pointAt(null));
}

/** Call `change(moment_s)` whenever another moment is pointed at. */
export function onPoint(change) {
  addEventListener("point", ({ detail }) => change(detail));
  addEventListener("pointerdown", () => change(null), true); // before a picture that was touched says which
}
