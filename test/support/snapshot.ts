import type {
  AccountSnapshot,
  ActiveAlert,
  Forecast,
  QuotaSnapshot,
  Rate,
  Snapshot,
} from "../../src/engine/snapshot.ts";
import { FAILURE_REASONS, type FailureReason } from "../../src/quota/failure.ts";
import type { AccountReading, Reading } from "../../src/quota/reading.ts";

/** The instant of every snapshot fixture. */
export const NOW = new Date("2026-11-21T23:00:00.000Z");

/** An instant that many seconds after `NOW`; negative for before. */
export function inSeconds(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000);
}

const NEVER_FAILED = Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])) as Record<FailureReason, number>;

export function aSnapshot(over: Partial<Snapshot> = {}): Snapshot {
  return { at: NOW, accounts: [anAccount()], ...over };
}

/** An account that is read well and has no quotas yet. */
export function anAccount(over: Partial<AccountSnapshot> = {}): AccountSnapshot {
  return {
    provider: "nanogpt",
    account: "main",
    labels: {},
    intervalSeconds: 300,
    up: true,
    error: undefined,
    answer: anAnswer(),
    lastSuccessAt: inSeconds(-2),
    lastPollAt: inSeconds(-2),
    pollsTotal: 1,
    failuresTotal: NEVER_FAILED,
    probeTokensTotal: { input: 0, output: 0 },
    quotas: [],
    alerts: [],
    ...over,
  };
}

export function anAnswer(over: Partial<Omit<AccountReading, "readings">> = {}): Omit<AccountReading, "readings"> {
  return { metered: true, ...over };
}

/** An account that failed that often for this reason and has never been read well. */
export function aFailedAccount(
  error: { reason: FailureReason; message: string },
  over: Partial<AccountSnapshot> = {},
): AccountSnapshot {
  return anAccount({
    up: false,
    error,
    answer: undefined,
    lastSuccessAt: undefined,
    failuresTotal: { ...NEVER_FAILED, [error.reason]: 1 },
    ...over,
  });
}

/** A weekly quota of 60 M input tokens with 47.5 M left and no rate yet. */
export function aReading(over: Partial<Reading> = {}): Reading {
  return {
    quota: "weekly_input_tokens",
    kind: "calendar",
    unit: "input_tokens",
    readAt: inSeconds(-2),
    limit: 60_000_000,
    remaining: 47_500_000,
    resetAt: new Date("2026-11-23T00:00:00.000Z"),
    periodSeconds: 604_800,
    enforcement: "hard",
    source: "api",
    confidence: "reported",
    ...over,
  };
}

/** A prepaid balance: no limit, no window. */
export function aBalance(remaining: number, over: Partial<Reading> = {}): Reading {
  return {
    quota: "balance",
    kind: "credits",
    unit: "usd",
    readAt: inSeconds(-2),
    remaining,
    enforcement: "hard",
    source: "api",
    confidence: "reported",
    ...over,
  };
}

/** The id follows the reading, so that `aQuota({ reading: aBalance(7.42) })` is enough. */
export function aQuota(over: Partial<QuotaSnapshot> = {}): QuotaSnapshot {
  const reading = over.reading ?? aReading();
  return {
    quota: reading.quota,
    reading,
    lastGoodAt: reading.readAt,
    valid: true,
    present: true,
    gone: false,
    doubtful: false,
    state: "ok",
    severity: "none",
    binding: false,
    short: aRate({ windowSeconds: 30_240 }),
    long: aRate({ windowSeconds: 120_960 }),
    forecast: undefined,
    alerts: [],
    consumedTotal: 0,
    resetsTotal: 0,
    topupsTotal: 0,
    limitChangesTotal: 0,
    unusedAtResetRatio: undefined,
    ...over,
  };
}

export function aRate(over: Partial<Rate> = {}): Rate {
  return { windowSeconds: 3600, perSecond: undefined, burn: undefined, ...over };
}

/** A forecast that it lasts, with no use seen. */
export function aForecast(over: Partial<Forecast> = {}): Forecast {
  return {
    early: undefined,
    likely: undefined,
    late: undefined,
    probability: 0,
    projectedUsedRatio: undefined,
    runwaySeconds: undefined,
    ...over,
  };
}

export function anAlert(over: Partial<ActiveAlert> = {}): ActiveAlert {
  return { alert: "LLMQuotaExhausted", severity: "critical", quota: "", since: inSeconds(-600), ...over };
}
