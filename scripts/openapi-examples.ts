// What the API answers about a small fleet at one instant, made by the code that answers.

import { routeOf } from "../src/engine/route.ts";
import { ENGINE_DEFAULTS } from "../src/engine/settings.ts";
import type { Snapshot } from "../src/engine/snapshot.ts";
import { renderFamilies } from "../src/metrics/render.ts";
import type { PollLog } from "../src/quota/poll-log.ts";
import { accountDocument, pollsDocument } from "../src/server/account-document.ts";
import { unknown, unknownAccount } from "../src/server/choice.ts";
import { createEvents } from "../src/server/events.ts";
import { quotasDocument } from "../src/server/quotas-document.ts";
import { routeDocument } from "../src/server/route-document.ts";
import {
  aBalance,
  aForecast,
  anAccount,
  anAlert,
  anAnswer,
  aQuota,
  aRate,
  aReading,
  inSeconds,
  NOW,
} from "../test/support/snapshot.ts";

const HOUR = 3600;

const weekly = aQuota({
  binding: true,
  long: aRate({ windowSeconds: 120_960, perSecond: 25.5, burn: 0.0483 }),
  forecast: aForecast({ probability: 0.01, projectedUsedRatio: 0.246, runwaySeconds: 1_862_745 }),
});
const subscribed = anAccount({
  account: "nanogpt-main",
  answer: anAnswer({ subscription: "active", models: ["deepseek-v3.1", "qwen3-coder"] }),
  quotas: [weekly],
});
/** Gone in 14 hours at the rate of late. */
const balance = aQuota({
  reading: aBalance(7.42),
  state: "topup",
  severity: "critical",
  binding: true,
  long: aRate({ windowSeconds: 6 * HOUR, perSecond: 0.000147 }),
  forecast: aForecast({ likely: inSeconds(14 * HOUR), probability: undefined, runwaySeconds: 14 * HOUR + 2 }),
  alerts: [anAlert({ alert: "LLMQuotaCreditsLow", severity: "critical", quota: "balance", since: NOW })],
});
const prepaid = anAccount({ provider: "deepseek", account: "batch-jobs", quotas: [balance] });

const AFTER: Snapshot = { at: NOW, accounts: [subscribed, prepaid] };
/** A quarter of a minute earlier. */
const BEFORE: Snapshot = {
  at: inSeconds(-15),
  accounts: [subscribed, { ...prepaid, quotas: [{ ...balance, state: "ok", severity: "none", alerts: [] }] }],
};
const LOG: PollLog = {
  nextPollAt: inSeconds(298),
  polls: [{ at: inSeconds(-2), seconds: 0.214, failure: undefined, readings: 1 }],
};
const ACCOUNT_FACTS = { at: NOW, log: LOG, refresh: undefined, settings: ENGINE_DEFAULTS, now: NOW };

const QUESTION = { model: "qwen3-coder" };
const ROUTE_FACTS = { question: QUESTION, route: routeOf(AFTER, QUESTION, NOW), at: NOW, top: 10 };

/** As it goes over the wire, to one who opens the stream and stays. */
async function stream(): Promise<string> {
  const texts: string[] = [];
  let snapshot = BEFORE;
  const events = createEvents({ snapshot: () => snapshot, now: () => NOW });
  events.follow({ write: (text) => texts.push(text) > 0, end: () => undefined, wants: () => true, since: undefined });
  snapshot = AFTER;
  events.changed();
  await new Promise((resolve) => setImmediate(resolve));
  events.end();
  return texts.join("");
}

export const EXAMPLES = {
  quotas: quotasDocument(AFTER),
  account: accountDocument({ ...ACCOUNT_FACTS, account: subscribed }),
  polls: pollsDocument(AFTER, () => LOG),
  route: routeDocument({ ...ROUTE_FACTS, settings: ENGINE_DEFAULTS, now: NOW }),
  outcome: {
    age_seconds: 12.5,
    outcome: { ok: true, at: NOW, seconds: 0.214, answer: { readings: [aReading({ readAt: NOW })], metered: true } },
  },
  stream: await stream(),
  metrics: renderFamilies(AFTER, NOW)
    .split("\n")
    .filter((line) => line.includes("llm_quota_remaining_ratio"))
    .join("\n")
    .concat("\n"),
  observations: [
    {
      account: "openai-team",
      at: "2026-11-21T22:59:59Z",
      status: 200,
      headers: {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
      },
      model: "gpt-5.2",
      usage: { input_tokens: 1200, output_tokens: 340 },
    },
    { account: "opneai-team", status: 200 },
  ],
  observed: {
    accepted: 1,
    refused: 1,
    results: [
      {
        account: "openai-team",
        readings: [{ quota: "requests", limit: 500, remaining: 499, reset_at: "2026-11-21T22:59:59.120Z" }],
        refusal: null,
        counted: true,
      },
      { index: 1, error: 'no account has this name, did you mean "openai-team"?', near: ["openai-team"] },
    ],
  },
  noAccount: unknownAccount("nanogpt-mian", AFTER),
  noModel: unknown("model", "qwen3-codr", ["qwen3-coder"]),
};
