import type { Reading } from "./reading.ts";

type Amounts = Pick<Reading, "limit" | "remaining" | "used">;

/** What is left, in `unit`; may be negative. Derived from limit and used where the provider tells only those. */
export function remainingOf(reading: Amounts): number | undefined {
  if (reading.remaining !== undefined) return reading.remaining;
  if (reading.limit === undefined || reading.used === undefined) return undefined;
  return reading.limit - reading.used;
}

/** What the current window has used, in `unit`. */
export function usedOf(reading: Amounts): number | undefined {
  if (reading.used !== undefined) return reading.used;
  if (reading.limit === undefined || reading.remaining === undefined) return undefined;
  return reading.limit - reading.remaining;
}

/** Remaining ÷ limit, not clamped; undefined when the limit is unknown or 0. */
export function ratioOf(reading: Amounts): number | undefined {
  const remaining = remainingOf(reading);
  if (remaining === undefined || reading.limit === undefined || reading.limit <= 0) return undefined;
  return remaining / reading.limit;
}

/** Something is known about what is left or used. */
export const hasAmounts = (reading: Reading): boolean =>
  reading.unlimited === true || remainingOf(reading) !== undefined || usedOf(reading) !== undefined;

/** True when the reading can be judged: not degraded, and it tells an amount, or whether calls are refused for want of it. */
export function isGood(reading: Reading): boolean {
  if (reading.confidence === "degraded") return false;
  return hasAmounts(reading) || reading.refused === true || reading.served === true;
}
