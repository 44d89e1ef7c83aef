import type { AccountMemory } from "./account.ts";
import type { Meter } from "./meter.ts";

/**
 * Readies a memory of a former process for this one. Counters begin at 0 with the process, since a restored one that had
 * lost its last second would look like a huge burst to `rate()`; what was used meanwhile is their first increment.
 */
export function resumeAccount(memory: AccountMemory): AccountMemory {
  for (const { meter } of memory.quotas.values()) if (meter !== undefined) restartCounters(meter);
  const failures = { ...memory.failures };
  for (const reason of Object.keys(failures) as (keyof typeof failures)[]) failures[reason] = 0;
  return { ...memory, up: false, error: undefined, polls: 0, failures, probeTokens: { input: 0, output: 0 } };
}

/** Rates are differences, so the past may lie below 0. */
function restartCounters(meter: Meter): void {
  const before = meter.consumed;
  meter.consumed = 0;
  for (const [index, consumed] of meter.series.consumed.entries()) meter.series.consumed[index] = consumed - before;
  if (meter.replaced !== undefined)
    meter.replaced = { ...meter.replaced, consumedThen: meter.replaced.consumedThen - before };
  meter.resets = 0;
  meter.topups = 0;
  meter.limitChanges = 0;
}
