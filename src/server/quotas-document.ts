import { shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot, Snapshot } from "../engine/snapshot.ts";
import { STATES } from "../quota/state.ts";
import type { AccountEntry, QuotaEntry, QuotasDocument } from "./schemas/quotas.ts";

/** The document of `/api/v1/quotas` and `poll --output json`. Unknown is null; times are RFC 3339 in UTC. */
export function quotasDocument(snapshot: Snapshot): QuotasDocument {
  const accounts = snapshot.accounts.map((account) => ({
    ...account,
    quotas: account.quotas.filter((quota) => !quota.gone),
  }));
  const quotas = accounts.flatMap((account) => account.quotas);
  const counts = STATES.map((state) => [state, quotas.filter((quota) => quota.state === state).length] as const);
  return {
    generated_at: snapshot.at.toISOString(),
    summary: {
      accounts: accounts.length,
      quotas: quotas.length,
      by_state: Object.fromEntries(counts.filter(([, count]) => count > 0)),
      has_exhausted: quotas.some((quota) => quota.state === "exhausted"),
      has_use_or_lose: quotas.some((quota) => quota.state === "use_or_lose"),
    },
    accounts: accounts.map(accountEntry),
  };
}

export function accountEntry(account: AccountSnapshot): AccountEntry {
  return {
    provider: account.provider,
    account: account.account,
    up: account.up,
    error: account.error === undefined ? null : { reason: account.error.reason, message: account.error.message },
    metered: account.answer?.metered ?? null,
    plan: account.answer?.plan ?? null,
    subscription: account.answer?.subscription ?? null,
    last_success: time(account.lastSuccessAt),
    quotas: account.quotas.map(quotaEntry),
  };
}

export function quotaEntry(quota: QuotaSnapshot): QuotaEntry {
  const { reading } = quota;
  const { limit, remaining, used, ratio, longBurn, longRate, forecast } = shown(quota);
  return {
    quota: quota.quota,
    kind: reading.kind,
    unit: reading.unit,
    limit: limit ?? null,
    remaining: remaining ?? null,
    used: used ?? null,
    remaining_ratio: derived(ratio),
    period_seconds: reading.periodSeconds ?? null,
    reset_at: time(reading.resetAt),
    expires_at: time(reading.expiresAt),
    enforcement: reading.enforcement,
    source: reading.source,
    confidence: reading.confidence,
    valid: quota.valid,
    read_at: (quota.lastGoodAt ?? reading.readAt).toISOString(),
    state: quota.state,
    severity: quota.severity,
    binding: quota.binding,
    models: reading.models ?? null,
    burn_rate: derived(longBurn),
    consumption_per_second: derived(longRate),
    runway_seconds: derived(forecast?.runwaySeconds),
    exhausts_at: time(forecast?.likely),
    exhaustion_probability: derived(forecast?.probability),
  };
}

/** Computed numbers are not exact beyond seven significant digits; what a provider said is passed on as it is. */
function derived(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(7));
}

export function time(instant: Date | undefined): string | null {
  return instant === undefined ? null : instant.toISOString();
}
