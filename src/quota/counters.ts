import type { Reading } from "./reading.ts";

/** The counters of one window as providers tell them, any of which may be missing. */
interface Counters {
  readonly limit?: number | null | undefined;
  readonly used?: number | null | undefined;
  readonly remaining?: number | null | undefined;
}

/** What goes into a reading; undefined when the counters do not tell how much is used or left. */
export function amountsIn(counters: Counters): Pick<Reading, "limit" | "remaining" | "used"> | undefined {
  const limit = counters.limit ?? undefined;
  const used = counters.used ?? undefined;
  const remaining = counters.remaining ?? undefined;
  if (used === undefined && remaining === undefined) return undefined;
  if (limit === undefined) {
    // Neither follows from the other without a limit.
    return { ...(remaining === undefined ? {} : { remaining }), ...(used === undefined ? {} : { used }) };
  }
  // Where "remaining" stops at 0, how far the limit was passed is only in what was used.
  if (used !== undefined && used > limit && (remaining ?? 0) <= 0) return { limit, remaining: limit - used };
  if (remaining !== undefined) return { limit, remaining };
  return used === undefined ? undefined : { limit, used };
}
