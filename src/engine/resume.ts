import type { AccountMemory } from "./account.ts";
import { resumeCounters } from "./counters.ts";

/** Readies a memory of a former process for this one. */
export function resumeAccount(memory: AccountMemory): AccountMemory {
  for (const { meter } of memory.quotas.values()) if (meter !== undefined) resumeCounters(meter);
  const failures = { ...memory.failures };
  for (const reason of Object.keys(failures) as (keyof typeof failures)[]) failures[reason] = 0;
  return { ...memory, up: false, error: undefined, polls: 0, failures, probeTokens: { input: 0, output: 0 } };
}
