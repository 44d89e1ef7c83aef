import type { Meter } from "./meter.ts";

/** Readies the counters of a former process for this one, in which every counter begins at 0. */
export function resumeCounters(meter: Meter): void {
  meter.formerly = meter.consumed;
  meter.resets = 0;
  meter.topups = 0;
  meter.limitChanges = 0;
}

/**
 * Decides with the first reading of a process what its counter of use begins with: 0 and what was used meanwhile. Where
 * that is no less than all that was counted before, the counter goes on instead: `increase()` would take such a restart
 * for a small increase. A counter that always went on would look like a huge burst to `rate()` after a loss of state.
 */
export function beginCounters(meter: Meter): void {
  const { formerly } = meter;
  if (formerly === undefined) return;
  meter.formerly = undefined;
  if (meter.consumed - formerly < formerly) countFrom(meter, formerly);
}

/** Rates are differences, so the past may lie below 0. */
function countFrom(meter: Meter, origin: number): void {
  meter.consumed -= origin;
  for (const [index, consumed] of meter.series.consumed.entries()) meter.series.consumed[index] = consumed - origin;
  if (meter.replaced !== undefined)
    meter.replaced = { ...meter.replaced, consumedThen: meter.replaced.consumedThen - origin };
}
