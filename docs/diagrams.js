// Draws a Mermaid diagram for the site. Mermaid lets labels cover each other: here each is put where its line is free.

const ALONG = [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.15, 0.85];
const BESIDE = 18;

/** Return the SVG of a diagram, with a size of its own, and a ground of its own: the site may be dark. */
globalThis.draw = async (source) => {
  const themeCSS = "#diagram .edgeLabel rect { opacity: 0.9; fill: white; }";
  const look = { theme: "neutral", themeCSS, htmlLabels: false, fontFamily: "sans-serif" };
  mermaid.initialize({ startOnLoad: false, ...look });
  document.body.innerHTML = (await mermaid.render("diagram", source)).svg;
  const picture = document.body.firstChild;
  placeLabels(picture);
  const { width, height } = picture.viewBox.baseVal;
  Object.assign(picture.style, { background: "white", maxWidth: "" });
  picture.setAttribute("width", Math.ceil(width));
  picture.setAttribute("height", Math.ceil(height));
  return new XMLSerializer().serializeToString(picture);
};

function placeLabels(picture) {
  const taken = [...picture.querySelectorAll("g.node")].map((node) => node.getBoundingClientRect());
  for (const label of picture.querySelectorAll("g.edgeLabel[transform]")) {
    const line = picture.getElementById(`diagram-${label.querySelector("[data-id]").dataset.id}`);
    const isFree = (place) => !taken.some((other) => covers(put(label, place), other));
    const places = placesFor(line);
    taken.push(put(label, places.find(isFree) ?? places.at(-1)));
  }
}

/** Where a label may be: along its line, from the middle out, or else a little beside that. */
function placesFor(line) {
  const along = ALONG.map((part) => line.getPointAtLength(part * line.getTotalLength()));
  const [{ x, y }] = along;
  return [...along, { x: x - BESIDE, y }, { x: x + BESIDE, y }];
}

/** Put a label at a place, and return the box that it then takes. */
function put(label, { x, y }) {
  label.setAttribute("transform", `translate(${x.toFixed(1)}, ${y.toFixed(1)})`);
  return label.getBoundingClientRect();
}

function covers(one, other) {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
