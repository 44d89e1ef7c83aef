import { SEVERITIES, type Severity, type State } from "../quota/state.ts";
import { isOfState, QUOTA_ALERTS, type QuotaAlert } from "./alerts.ts";
import type { Firing, QuotaMemory } from "./quota-memory.ts";

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
  for (const [name, isWanted] of Object.entries(wanted) as [QuotaAlert, boolean][]) {
    if (isWanted) firing[name] = firingNow(memory, name, at);
    else delete firing[name];
  }
}

/** What goes on beside an exhaustion keeps the severity it had. */
function firingNow({ state, severity, firing }: QuotaMemory, name: QuotaAlert, at: number): Firing {
  const before = firing[name];
  const isForerunner = state === "exhausted" && name !== "LLMQuotaExhausted";
  return { since: before?.since ?? at, severity: isForerunner && before !== undefined ? before.severity : severity };
}

/** What the state of the quota fires. */
export const firingOfState = ({ firing }: QuotaMemory): readonly Firing[] =>
  QUOTA_ALERTS.flatMap((alert) => (isOfState(alert) ? (firing[alert] ?? []) : []));

/** Ends everything that the state of a quota fires. */
export function release(memory: QuotaMemory, state: State): void {
  memory.state = state;
  memory.severity = "none";
  memory.wanted = undefined;
  memory.clearing = 0;
  memory.emptyReadings = 0;
  memory.replaced = undefined;
  for (const alert of QUOTA_ALERTS) if (isOfState(alert)) delete memory.firing[alert];
}

export const worstOf = (alerts: readonly { readonly severity: Severity }[]): Severity =>
  alerts.reduce<Severity>(
    (worst, { severity }) => (SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(worst) ? severity : worst),
    "none",
  );
