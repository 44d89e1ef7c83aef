const UNITS: readonly { readonly name: string; readonly milliseconds: number }[] = [
  { name: "w", milliseconds: 604_800_000 },
  { name: "d", milliseconds: 86_400_000 },
  { name: "h", milliseconds: 3_600_000 },
  { name: "m", milliseconds: 60_000 },
  { name: "s", milliseconds: 1000 },
  { name: "ms", milliseconds: 1 },
];

/** At most nine digits a unit, so that no sum leaves what a number holds exactly. */
const DURATION = new RegExp(`^(?=\\d)${UNITS.map(({ name }) => `(?:(\\d{1,9})${name})?`).join("")}$`);

/**
 * Seconds of a duration as Prometheus writes it: whole numbers with a unit, the largest unit first, as in `30s`, `1h30m`
 * or `500ms`. Undefined for everything else, also for a bare number.
 */
export function parseDuration(text: string): number | undefined {
  const amounts = DURATION.exec(text)?.slice(1);
  if (amounts === undefined) return undefined;
  const total = UNITS.reduce((sum, { milliseconds }, index) => sum + Number(amounts[index] ?? 0) * milliseconds, 0);
  return total / 1000;
}

/** The shortest text that `parseDuration` reads as these seconds, to the millisecond. Weeks are written as days. */
export function formatDuration(seconds: number): string {
  let left = Math.round(seconds * 1000);
  if (!Number.isSafeInteger(left) || left < 0) throw new RangeError(`not a duration in seconds: ${seconds}`);
  if (left === 0) return "0s";
  let text = "";
  for (const { name, milliseconds } of UNITS.slice(1)) {
    const amount = Math.floor(left / milliseconds);
    left -= amount * milliseconds;
    if (amount > 0) text += `${amount}${name}`;
  }
  return text;
}
