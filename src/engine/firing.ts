import { SEVERITIES, type Severity, type State } from "../quota/state.ts";
import { isOfState, QUOTA_ALERTS, type QuotaAlert } from "./alerts.ts";
import type { Firing, QuotaMemory } from "./quota-memory.ts";

type StateAlert = Exclude<QuotaAlert, "LLMQuotaLimitReduced" | "LLMQuotaDataStale">;

const STATE_ALERTS = QUOTA_ALERTS.filter((alert): alert is StateAlert => isOfState(alert));

/** The alerts that the state of a quota fires. What announced an exhaustion goes on while exhausted, but never starts there. */
export function setFiring(memory: QuotaMemory, at: number): void {
  for (const name of STATE_ALERTS) {
    if (isWanted(name, memory)) memory.firing[name] = firingNow(memory, name, at);
    else if (memory.firing[name] !== undefined) delete memory.firing[name];
  }
}

function isWanted(alert: StateAlert, { state, firing, good }: QuotaMemory): boolean {
  switch (alert) {
    case "LLMQuotaExhausted":
      return state === "exhausted";
    case "LLMQuotaWillExhaust":
      return state === "critical" || (state === "exhausted" && firing.LLMQuotaWillExhaust !== undefined);
    case "LLMQuotaCreditsLow":
      return state === "topup" || (state === "exhausted" && firing.LLMQuotaCreditsLow !== undefined);
    case "LLMQuotaWatch":
      return state === "watch" && good?.kind !== "rate_limit";
    case "LLMQuotaRateLimited":
      return state === "watch" && good?.kind === "rate_limit";
    case "LLMQuotaUseOrLose":
      return state === "use_or_lose";
  }
}

/** What goes on beside an exhaustion keeps the severity it had. */
function firingNow({ state, severity, firing }: QuotaMemory, name: QuotaAlert, at: number): Firing {
  const before = firing[name];
  const isForerunner = state === "exhausted" && name !== "LLMQuotaExhausted";
  return { since: before?.since ?? at, severity: isForerunner && before !== undefined ? before.severity : severity };
}

/** What the state of the quota fires. */
export function firingOfState({ firing }: QuotaMemory): readonly Firing[] {
  const found: Firing[] = [];
  for (const alert of STATE_ALERTS) {
    const one = firing[alert];
    if (one !== undefined) found.push(one);
  }
  return found;
}

/** Ends everything that the state of a quota fires. */
export function release(memory: QuotaMemory, state: State): void {
  memory.state = state;
  memory.severity = "none";
  memory.wanted = undefined;
  memory.clearing = 0;
  memory.emptyReadings = 0;
  memory.replaced = undefined;
  for (const alert of STATE_ALERTS) delete memory.firing[alert];
}

export const worstOf = (alerts: readonly { readonly severity: Severity }[]): Severity =>
  alerts.reduce<Severity>(
    (worst, { severity }) => (SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(worst) ? severity : worst),
    "none",
  );
