import type { Snapshot } from "../../src/engine/snapshot.ts";
import { createObservedUse, type ObservedUseOf } from "../../src/metrics/observed-use.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  anAlert,
  anAnswer,
  aQuota,
  aRate,
  aReading,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Runs out in 2 h 25 m, 40 minutes before its reset, and pages. */
const burning = aQuota({
  reading: aReading({
    quota: "five_hour",
    kind: "rolling",
    unit: "ratio",
    limit: 1,
    remaining: 0.29,
    resetAt: inSeconds(3 * HOUR + 5 * MINUTE),
    periodSeconds: 5 * HOUR,
  }),
  state: "critical",
  severity: "critical",
  short: aRate({ windowSeconds: 900, perSecond: 0.00004, burn: 1.53 }),
  long: aRate({ windowSeconds: HOUR, perSecond: 0.0000333, burn: 1.28 }),
  forecast: aForecast({
    early: inSeconds(2 * HOUR),
    likely: inSeconds(2 * HOUR + 25 * MINUTE),
    late: inSeconds(2 * HOUR + 55 * MINUTE),
    probability: 0.93,
    projectedUsedRatio: 1.08,
    runwaySeconds: 2 * HOUR + 25 * MINUTE + 2,
  }),
  alerts: [anAlert({ alert: "LLMQuotaWillExhaust", quota: "five_hour" })],
  consumedTotal: 0.41,
});

const lasting = aQuota({
  short: aRate({ windowSeconds: 30_240, perSecond: 20, burn: 0.038 }),
  long: aRate({ windowSeconds: 120_960, perSecond: 25.5, burn: 0.0483 }),
  forecast: aForecast({ probability: 0.01, projectedUsedRatio: 0.246, runwaySeconds: 1_862_745 }),
  binding: true,
  alerts: [anAlert({ alert: "LLMQuotaLimitReduced", severity: "warning", quota: "weekly_input_tokens" })],
  consumedTotal: 12_500_000,
  resetsTotal: 2,
  limitChangesTotal: 1,
  unusedAtResetRatio: 0.31,
  driftRatio: -0.02,
});

const exhausted = aQuota({
  reading: aReading({
    quota: "daily_images",
    unit: "images",
    limit: 100,
    remaining: 0,
    resetAt: inSeconds(HOUR),
    periodSeconds: DAY,
    partial: true,
  }),
  state: "exhausted",
  severity: "warning",
  alerts: [anAlert({ severity: "warning", quota: "daily_images" })],
  consumedTotal: 100,
});

const lowBalance = aQuota({
  reading: aBalance(7.42),
  state: "topup",
  severity: "warning",
  forecast: aForecast({
    early: inSeconds(3 * DAY),
    likely: inSeconds(4 * DAY + 2 * HOUR),
    late: inSeconds(6 * DAY),
    probability: undefined,
    runwaySeconds: 4 * DAY + 2 * HOUR,
  }),
  short: aRate({ windowSeconds: DAY, perSecond: 0.00002 }),
  long: aRate({ windowSeconds: 7 * DAY, perSecond: 0.000021 }),
  alerts: [anAlert({ alert: "LLMQuotaCreditsLow", severity: "warning", quota: "balance" })],
  consumedTotal: 12.58,
  topupsTotal: 1,
});

/** Credits that lapse mostly unused in eleven days. */
const lapsing = aQuota({
  reading: aBalance(80, {
    quota: "expiring_credits",
    limit: 100,
    expiresAt: inSeconds(11 * DAY),
    enforcement: "soft",
  }),
  state: "use_or_lose",
  severity: "info",
  forecast: aForecast({ projectedUsedRatio: 0.4, runwaySeconds: 44 * DAY }),
  alerts: [anAlert({ alert: "LLMQuotaUseOrLose", severity: "info", quota: "expiring_credits" })],
});

/** Still fires although it was last read well 47 minutes ago. */
const stale = aQuota({
  reading: aReading({
    quota: "weekly",
    kind: "rolling",
    unit: "requests",
    limit: 2000,
    remaining: 12,
    readAt: inSeconds(-47 * MINUTE),
    resetAt: inSeconds(-10 * MINUTE),
  }),
  valid: false,
  state: "critical",
  severity: "critical",
  short: aRate({ windowSeconds: 900, perSecond: 0.2, burn: 9 }),
  forecast: aForecast({ likely: inSeconds(60), probability: 1 }),
  alerts: [
    anAlert({ alert: "LLMQuotaWillExhaust", quota: "weekly" }),
    anAlert({ alert: "LLMQuotaDataStale", severity: "warning", quota: "weekly" }),
  ],
  consumedTotal: 1988,
  unusedAtResetRatio: 0.2,
});

const { limit: _limit, remaining: _remaining, ...withoutAmounts } = aReading();

const degraded = aQuota({
  reading: { ...withoutAmounts, quota: "monthly", unit: "requests", confidence: "degraded" },
  lastGoodAt: undefined,
  valid: false,
  state: "unknown",
});

const unlimited = aQuota({
  reading: { ...withoutAmounts, quota: "chat", unit: "requests", unlimited: true, used: 321 },
  state: "unlimited",
});

/** Used past 100 %: the share left is below 0 and stays so. */
const overshot = aQuota({
  reading: aReading({ quota: "seven_day", kind: "rolling", unit: "ratio", limit: 1, remaining: -0.05 }),
  state: "exhausted",
  severity: "critical",
  binding: true,
  alerts: [anAlert({ quota: "seven_day" })],
});

const perMinute = aQuota({
  reading: aReading({
    quota: "requests",
    kind: "rate_limit",
    unit: "requests",
    limit: 50,
    remaining: 3,
    periodSeconds: 60,
    resetAt: inSeconds(0.5),
    source: "probe",
  }),
  state: "watch",
  severity: "warning",
  alerts: [anAlert({ alert: "LLMQuotaRateLimited", severity: "warning", quota: "requests" })],
});

/** No longer in the answers: only its counters are left. */
const gone = aQuota({
  reading: aReading({ quota: "daily_input_tokens" }),
  present: false,
  gone: true,
  consumedTotal: 900,
  resetsTotal: 4,
});

/** One of everything that looks different on a page or in a scrape. */
export const everyCorner: Snapshot = {
  at: NOW,
  accounts: [
    anAccount({
      labels: { team: "research" },
      answer: anAnswer({ subscription: "active" }),
      quotas: [lasting, exhausted, gone],
    }),
    anAccount({
      provider: "claude",
      account: 'hostile "name" \\ with\nnewline <b>&amp; ünïcode 🦙',
      labels: { team: '"; drop \\ table\n<script>alert(1)</script>' },
      answer: anAnswer({
        plan: "max <20x>",
        subscription: "grace",
        credentialExpiresAt: inSeconds(2 * DAY),
        models: ["a", "b", "c"],
        probe: { model: "a", inputTokens: 8, outputTokens: 1, latencyMs: 412 },
      }),
      probeTokensTotal: { input: 96, output: 12 },
      quotas: [burning, overshot, perMinute],
    }),
    anAccount({
      provider: "kilo",
      account: "credits",
      labels: { team: "" },
      alerts: [
        anAlert({ alert: "LLMQuotaCredentialExpiring", severity: "warning" }),
        anAlert({ alert: "LLMQuotaSubscriptionLapsed", severity: "warning" }),
      ],
      quotas: [lowBalance, lapsing, unlimited],
    }),
    anAccount({
      provider: "kimi",
      account: "flaky",
      labels: { team: "" },
      up: false,
      error: { reason: "timeout", message: "no answer from api.kimi.com within 8 s" },
      lastSuccessAt: inSeconds(-47 * MINUTE),
      pollsTotal: 12,
      failuresTotal: { ...anAccount().failuresTotal, timeout: 3 },
      quotas: [stale, degraded],
    }),
    aFailedAccount(
      { reason: "auth", message: "GET /user/balance was refused with 401" },
      {
        provider: "deepseek",
        account: "revoked",
        labels: { team: "" },
        pollsTotal: 2,
        alerts: [
          anAlert({ alert: "LLMQuotaCredentialRejected", severity: "critical" }),
          anAlert({ alert: "LLMQuotaAccountUnreadable", severity: "warning" }),
        ],
      },
    ),
    anAccount({
      provider: "chutes",
      account: "new",
      labels: { team: "" },
      up: false,
      answer: undefined,
      lastSuccessAt: undefined,
      lastPollAt: undefined,
      pollsTotal: 0,
    }),
    anAccount({
      provider: "ollama",
      account: "workstation",
      labels: { team: "" },
      answer: anAnswer({ metered: false, models: ["llama3.2:3b"] }),
    }),
  ],
};

/** What live traffic has used, of the accounts whose provider tells its limits only there. */
export const everyTraffic: ObservedUseOf = createObservedUse({
  totals: ({ account }) =>
    new Map(
      account === "credits"
        ? [
            ["gpt-5.2", { requests: 3, inputTokens: 1200, outputTokens: 340 }],
            ["", { requests: 1, inputTokens: 0, outputTokens: 0 }],
            ['a "quoted"\\ one\n\u202e', { requests: 2, inputTokens: 10, outputTokens: 0 }],
          ]
        : [],
    ),
  refusals: ({ account }) =>
    account === "credits"
      ? { quota: 1, spend_cap: 0, throttled: 4, overloaded: 0, auth: 0, not_entitled: 0, other: 2 }
      : undefined,
  onDropped: () => undefined,
});
