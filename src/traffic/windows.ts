/** What was used in each minute that something was used in. A minute is the Unix time divided by 60, rounded down. */
export type Minutes = ReadonlyMap<number, number>;

export const minuteOf = (at: Date): number => Math.floor(at.getTime() / 60_000);

/** In minutes: what is told later than that is not counted, so that a window that ended before is settled. */
export const MOST_LATE = 1440;
/** In minutes: what lies further ahead of the clock was counted by one that was wrong. */
const MOST_EARLY = 60;

interface FixedWindow {
  /** Undefined while no window is open. */
  readonly start: number | undefined;
  readonly used: number;
  /** The start of a window that nothing can move any more: what was used before it need not be known. */
  readonly anchor: number | undefined;
}

/**
 * The window that is open at `now`, where each begins with the first use after the end of the one before. `anchor` is
 * the start of an earlier one, if any is known.
 */
export function fixedWindow(minutes: Minutes, length: number, now: number, anchor?: number): FixedWindow {
  let settled = anchor === undefined || anchor > now ? undefined : anchor;
  let start = settled ?? firstFrom(minutes, -Infinity, now);
  while (start !== undefined) {
    if (start <= now - MOST_LATE) settled = start;
    const end = start + length;
    if (end > now) return { start, used: usedBetween(minutes, start, end), anchor: settled };
    start = firstFrom(minutes, end, now);
  }
  return { start: undefined, used: 0, anchor: settled };
}

function firstFrom(minutes: Minutes, from: number, now: number): number | undefined {
  let first: number | undefined;
  for (const minute of minutes.keys())
    if (minute >= from && minute <= now + MOST_EARLY && (first === undefined || minute < first)) first = minute;
  return first;
}

/** What was used from one minute up to another, and without it. */
export function usedBetween(minutes: Minutes, from: number, to: number): number {
  let used = 0;
  for (const [minute, amount] of minutes) if (minute >= from && minute < to) used += amount;
  return used;
}

/** What was used in the last `length` minutes, the present one included. */
export const slidingUse = (minutes: Minutes, length: number, now: number): number =>
  usedBetween(minutes, now - length + 1, now + MOST_EARLY + 1);
