/** Milliseconds in each unit. Go itself stops at hours; `d` is what some vendors add. */
const UNITS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  // Two characters that look the same: the micro sign and the Greek letter.
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  us: 1e-3,
  ns: 1e-6,
};

// `ms` before `m`, or "20ms" would be 20 minutes and a rest that nobody can read.
const PART = "(\\d{1,15}(?:\\.\\d{0,15})?|\\.\\d{1,15})(ms|[\u00b5\u03bcu]s|ns|d|h|m|s)";
const WHOLE = new RegExp(`^(?:${PART})+$`);
const EACH = new RegExp(PART, "g");

/**
 * The milliseconds of a duration as Go writes it: `20ms`, `6m0s`, `1m30.951s`, `24h0m0s`. Undefined for anything else,
 * also for a bare number, which is not always a duration, and for a negative one.
 */
export function goDurationMs(text: string): number | undefined {
  // Headers are Latin-1: a micro sign that was sent as UTF-8 arrives as two characters.
  const plain = text.trim().replaceAll("\u00c2\u00b5", "\u00b5").replaceAll("\u00ce\u00bc", "\u03bc");
  if (!WHOLE.test(plain)) return undefined;
  return [...plain.matchAll(EACH)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0),
    0,
  );
}
