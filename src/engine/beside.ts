import type { Account } from "../quota/account.ts";
import { ratioOf } from "../quota/amounts.ts";
import type { Severity } from "../quota/state.ts";
import { firingOfState, worstOf } from "./firing.ts";
import type { QuotaMemory } from "./quota-memory.ts";

/** When a quota comes back by itself, in seconds; a balance never does. Undefined where it is not known. */
function comeback(quota: QuotaMemory): number | undefined {
  if (quota.good?.kind === "credits") return Infinity;
  return quota.meter?.resetAt;
}

/**
 * One page per account is enough: a quota that became critical is lowered to a warning beside a critical one that
 * comes back no earlier. One that already paged keeps its severity as long as it is critical.
 */
export function lowerBeside(quotas: readonly QuotaMemory[], account: Account): void {
  const critical = quotas.filter((quota) => firingSeverity(quota) === "critical");
  const top = latest(critical);
  for (const quota of quotas) {
    if (!critical.includes(quota)) {
      quota.paged = false;
      quota.shownSeverity = undefined;
      continue;
    }
    const isConfigured = account.overrides[quota.quota]?.severity !== undefined;
    const isLowered = top !== undefined && top !== quota && comeback(quota) !== undefined;
    quota.paged ||= isConfigured || !isLowered;
    quota.shownSeverity = quota.paged ? "critical" : "warning";
  }
}

/** The one that comes back last, as far as that is known; of several the one that paged first. */
function latest(critical: readonly QuotaMemory[]): QuotaMemory | undefined {
  const known = critical.filter((quota) => comeback(quota) !== undefined);
  const back = (quota: QuotaMemory) => comeback(quota) ?? 0;
  const order = (a: QuotaMemory, b: QuotaMemory) =>
    ascending(back(b), back(a)) || Number(b.paged) - Number(a.paged) || compareNames(a, b);
  return known.sort(order)[0];
}

/** The worst severity that the state of a quota fires with. */
const firingSeverity = (quota: QuotaMemory): Severity => worstOf(firingOfState(quota));

const compareNames = (a: QuotaMemory, b: QuotaMemory) => (a.quota < b.quota ? -1 : 1);
/** Also right for two that are infinite. */
const ascending = (a: number, b: number) => (a === b ? 0 : a - b);

/** The hard quota that stops the account first. */
export function bindingOf(quotas: readonly QuotaMemory[], now: number): QuotaMemory | undefined {
  const candidates = quotas.filter(canBind);
  const first = (score: (quota: QuotaMemory) => number | undefined, among = candidates) =>
    among
      .map((quota) => ({ quota, score: score(quota) }))
      .filter((entry): entry is { quota: QuotaMemory; score: number } => entry.score !== undefined)
      .sort((a, b) => ascending(a.score, b.score) || compareNames(a.quota, b.quota))[0]?.quota;
  const exhausted = candidates.filter(({ state }) => state === "exhausted");
  return (
    first((quota) => -(comeback(quota) ?? Infinity), exhausted) ??
    first((quota) => (isDue(quota, now) ? undefined : quota.outlook?.forecast?.likely?.getTime())) ??
    first(({ good }) => (good === undefined ? undefined : ratioOf(good))) ??
    first(() => 0)
  );
}

function canBind({ good, gone, state }: QuotaMemory): boolean {
  if (good === undefined || gone || state === "unknown") return false;
  if (good.enforcement === "soft" || good.kind === "rate_limit") return false;
  return good.partial !== true && good.unlimited !== true;
}

/** Between a passed reset and the next reading nothing can be foretold. */
export const isDue = ({ meter }: QuotaMemory, now: number) => meter?.resetAt !== undefined && now >= meter.resetAt;
