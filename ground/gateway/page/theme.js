// Colours for canvases, from the style sheet: dark or light as the reader's system is.

const scheme = matchMedia("(prefers-color-scheme: light)");

/** The colour that the style sheet gives a name. */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Call `redraw` whenever the scheme changes. */
export function onThemeChange(redraw) {
  scheme.addEventListener("change", redraw);
}

/** The 2D context of a canvas whose bitmap fits its box on this screen, cleared, in CSS pixels. */
export function clearedContext(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.reset();
  context.scale(ratio, ratio);
  return { context, width, height };
}
