// matplotlib's inferno (S. van der Walt and N. Smith, CC0): perceptually uniform, and in order of lightness.

const HEX = `000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d24644 e45a31 f1731d f98e09 fcac11 f9cb35
 f2ea69 fcffa4`.split(/\s+/);
const ANCHORS = HEX.map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** Colours of 256 levels as Uint32 pixels (little endian: A B G R). */
export const INFERNO = Uint32Array.from({ length: 256 }, (_, level) => {
  const place = (level / 255) * (ANCHORS.length - 1);
  const low = Math.min(Math.floor(place), ANCHORS.length - 2);
  const between = (from, axis) => Math.round(from + (ANCHORS[low + 1][axis] - from) * (place - low));
  const [r, g, b] = ANCHORS[low].map(between);
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
});
