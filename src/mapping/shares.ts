import type { Reading } from "../quota/reading.ts";

/** The keys that tell how much of something there is, and those that tell a share of it. */
export const AMOUNTS = ["limit", "remaining", "used"] as const;
export const SHARES = ["percent_used", "percent_remaining", "fraction_used", "fraction_remaining"] as const;

const LEFT_OF = {
  percent_used: (percent: number) => (100 - percent) / 100,
  percent_remaining: (percent: number) => percent / 100,
  fraction_used: (fraction: number) => 1 - fraction,
  fraction_remaining: (fraction: number) => fraction,
} as const;

/** The share that is left, by whichever of the keys it is told; undefined where none has a number. */
export function shareIn(
  numbers: ReadonlyMap<string, number | undefined>,
): Pick<Reading, "limit" | "remaining"> | undefined {
  const told = SHARES.flatMap((key) => {
    const number = numbers.get(key);
    return number === undefined ? [] : [LEFT_OF[key](number)];
  });
  const [remaining] = told;
  return remaining === undefined ? undefined : { limit: 1, remaining };
}
