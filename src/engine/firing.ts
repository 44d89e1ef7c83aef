import type { State } from "../quota/state.ts";
import type { QuotaAlert } from "./alerts.ts";
import type { QuotaMemory } from "./quota-memory.ts";

/** The alerts that the state of a quota fires. What announced an exhaustion goes on while exhausted, but never starts there. */
export function setFiring(memory: QuotaMemory, at: number): void {
  const { state, firing } = memory;
  const isBucket = memory.good?.kind === "rate_limit";
  const wanted: Partial<Record<QuotaAlert, boolean>> = {
    LLMQuotaExhausted: state === "exhausted",
    LLMQuotaWillExhaust: state === "critical" || (state === "exhausted" && firing.LLMQuotaWillExhaust !== undefined),
    LLMQuotaCreditsLow: state === "topup" || (state === "exhausted" && firing.LLMQuotaCreditsLow !== undefined),
    LLMQuotaWatch: state === "watch" && !isBucket,
    LLMQuotaRateLimited: state === "watch" && isBucket,
    LLMQuotaUseOrLose: state === "use_or_lose",
  };
  for (const [name, fires] of Object.entries(wanted) as [QuotaAlert, boolean][]) {
    if (!fires) delete firing[name];
    else {
      const goesOn = state === "exhausted" && name !== "LLMQuotaExhausted";
      const before = firing[name];
      firing[name] = { since: before?.since ?? at, severity: goesOn && before ? before.severity : memory.severity };
    }
  }
}

/** Whether the state of the quota fires anything; that its data is stale is no matter of its state. */
export const fires = (memory: QuotaMemory): boolean =>
  Object.keys(memory.firing).some((alert) => alert !== "LLMQuotaDataStale");

/** Ends everything that the state of a quota fires. */
export function release(memory: QuotaMemory, state: State): void {
  const stale = memory.firing.LLMQuotaDataStale;
  memory.state = state;
  memory.severity = "none";
  memory.wanted = undefined;
  memory.clearing = 0;
  memory.emptyReadings = 0;
  memory.replaced = undefined;
  memory.firing = stale === undefined ? {} : { LLMQuotaDataStale: stale };
}
