import { shown } from "../engine/shown.ts";
import type { QuotaSnapshot } from "../engine/snapshot.ts";
import { secondsBetween } from "../quota/format.ts";
import type { State } from "../quota/state.ts";
import { type Html, html } from "./html.ts";

/** A state as people say it. */
export const STATE_WORDS: Readonly<Record<State, string>> = {
  exhausted: "exhausted",
  critical: "critical",
  topup: "top up",
  watch: "watch",
  use_or_lose: "use or lose",
  unknown: "unknown",
  ok: "ok",
  unlimited: "unlimited",
};

export function notes({ binding, reading, doubtful, valid, lastGoodAt, present, alerts }: QuotaSnapshot): string[] {
  return [
    binding ? "stops this account first" : "",
    reading.enforcement === "soft" ? "soft: not refused at zero" : "",
    doubtful ? "a surprise, being confirmed" : "",
    valid || lastGoodAt === undefined ? "" : "stale",
    present ? "" : "missing from the last answer",
    alerts.some(({ alert }) => alert === "LLMQuotaLimitReduced") ? "its limit was reduced" : "",
  ].filter((note) => note !== "");
}

/** Nothing where there is no limit, and a dashed outline where the share is unknown: never an empty or a full bar. */
export function bar(quota: QuotaSnapshot, now: Date): Html | undefined {
  const { ratio } = shown(quota);
  if (!quota.valid) return html`<div class="no-bar"></div>`;
  if (ratio === undefined) return undefined;
  const mark = timeLeftShare(quota, now);
  // The words beside it say the same: to a screen reader the bar would only repeat them.
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="fill" width="${percent(ratio)}" height="8" rx="1"/>${
    mark !== undefined && html`<rect class="mark" x="${percent(mark * 0.995)}" width="0.5" height="8"/>`
  }</svg>`;
}

/** Share of the window that is still to come: what an even pace would have left. */
function timeLeftShare({ reading }: QuotaSnapshot, now: Date): number | undefined {
  const { resetAt, periodSeconds, kind, sliding } = reading;
  if (resetAt === undefined || resetAt <= now || !periodSeconds || kind === "rate_limit" || sliding) return undefined;
  return secondsBetween(now, resetAt) / periodSeconds;
}

function percent(share: number): string {
  return (Math.min(1, Math.max(0, share)) * 100).toFixed(2);
}
