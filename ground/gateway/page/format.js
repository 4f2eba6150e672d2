// Numbers as a flight director reads them: a true minus, a unit, a dash for what is not known.

export const UNKNOWN = "–";

/** `value` with `digits` decimals and its unit; a dash if it is null. */
export function number(value, digits = 0, unit = "") {
  if (value == null || !Number.isFinite(value)) return UNKNOWN;
  const rounded = value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");
  return unit ? `${rounded}\u202f${unit}` : rounded;
}

/** As `number`, with a sign in front of what is positive. */
export function signed(value, digits, unit) {
  return (value > 0 ? "+" : "") + number(value, digits, unit);
}

/** Seconds as 4:20 or 1:04:20. */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(String);
  return h === "0" ? `${m}:${s.padStart(2, "0")}` : `${h}:${m.padStart(2, "0")}:${s.padStart(2, "0")}`;
}

/** A Date as 14:02:10 in UTC. */
export function utc(date) {
  return date.toISOString().slice(11, 19);
}

/** A frequency in the unit that keeps it short. */
export function frequency(hz) {
  if (hz == null) return UNKNOWN;
  if (hz >= 1e9) return number(hz / 1e9, 4, "GHz");
  return hz >= 1e6 ? number(hz / 1e6, 3, "MHz") : number(hz / 1e3, 1, "kHz");
}

/** "1 frame", "2 frames". */
export function count(value, noun) {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
