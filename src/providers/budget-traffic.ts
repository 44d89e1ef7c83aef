import { type AnswerHeaders, lowerCase } from "../http/rate-limit-headers.ts";
import type { Reading } from "../quota/reading.ts";
import { headerReadings, upstreamHeaders } from "./header-readings.ts";
import { merged } from "./rate-limit-readings.ts";
import { refusedReading } from "./refused-reading.ts";
import { understanding } from "./understand.ts";

// https://docs.litellm.ai/docs/proxy/response_headers, read 2026-11-21. How long a budget lasts and when it begins anew is
// told by the key's own call only.
const BUDGET = { quota: "budget", kind: "calendar", unit: "usd" } as const;

/** How calls through a LiteLLM proxy are understood. What is left upstream counts where the proxy tells no limit of the key. */
export const understandBudget = understanding({
  hear: (headers, now) => [
    ...budgetReading(lowerCase(headers), now),
    ...merged(headerReadings(headers, now), headerReadings(withDate(headers), now)),
  ],

  // The status differs by version, and a budget may be that of the key, of its user or of its team.
  refused({ error, at }) {
    const isBudget = error.type === "budget_exceeded" || /^ExceededBudget\b/.test(error.message);
    return isBudget ? { refusal: "spend_cap", readings: [refusedReading(BUDGET, at)] } : undefined;
  },
});

/** The times of the upstream are measured against the Date of the proxy, which is there as long as the call. */
function withDate(headers: AnswerHeaders): AnswerHeaders {
  const { date } = lowerCase(headers);
  return { ...(date !== undefined && { date }), ...upstreamHeaders(headers) };
}

function budgetReading(headers: AnswerHeaders, now: Date): Reading[] {
  const used = usd(headers["x-litellm-key-spend"]);
  const limit = usd(headers["x-litellm-key-max-budget"]);
  // What was spent of no budget at all is no quota.
  if (used === undefined || limit === undefined) return [];
  return [{ ...BUDGET, readAt: now, limit, used, enforcement: "hard", source: "headers", confidence: "reported" }];
}

/** Python writes small amounts as `1e-05`. */
function usd(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,12}(?:\.\d{1,20})?(?:e[+-]?\d{1,2})?\s*$/i.test(text)
    ? Number(text)
    : undefined;
}
