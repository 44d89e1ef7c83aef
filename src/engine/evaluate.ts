import type { Account } from "../quota/account.ts";
import { hasAmounts, remainingOf } from "../quota/amounts.ts";
import { holds, isPassing, type Reading } from "../quota/reading.ts";
import { atMost, type State } from "../quota/state.ts";
import type { AccountMemory } from "./account.ts";
import { fireAccountAlerts } from "./account-alerts.ts";
import { ACCOUNT_ALERTS, QUOTA_ALERTS } from "./alerts.ts";
import { bindingOf, isDue, lowerBeside } from "./beside.ts";
import type { Clock } from "./clock.ts";
import { driftOf } from "./drift.ts";
import { firingOfState, release, worstOf } from "./firing.ts";
import { windowsOf } from "./outlook.ts";
import type { Firing, QuotaMemory } from "./quota-memory.ts";
import type { EngineSettings } from "./settings.ts";
import type { AccountSnapshot, ActiveAlert, Forecast, QuotaSnapshot, Rate } from "./snapshot.ts";

/** Moves an account on to `now` and shows it: validity, holds, which quota binds, severities, account alerts. */
export function evaluateAccount(
  memory: AccountMemory,
  account: Account,
  clock: Clock,
  settings: EngineSettings,
): AccountSnapshot {
  const quotas = [...memory.quotas.values()];
  for (const quota of quotas) endHold(quota, account, clock, settings);
  lowerBeside(quotas, account);
  const binding = bindingOf(
    quotas.filter((quota) => isValid(quota, account, clock)),
    clock.now,
  );
  fireAccountAlerts(memory, account, clock, settings);
  const date = (seconds: number | undefined) => (seconds === undefined ? undefined : new Date(seconds * 1000));
  return {
    provider: account.provider,
    account: account.account,
    labels: account.labels,
    intervalSeconds: account.intervalSeconds,
    up: memory.up,
    error: memory.error,
    answer: memory.answer,
    lastSuccessAt: date(memory.lastSuccessAt),
    lastPollAt: date(memory.lastPollAt),
    pollsTotal: memory.polls,
    failuresTotal: { ...memory.failures },
    probeTokensTotal: memory.probeTokens,
    quotas: quotas.map((quota) => showQuota(quota, quota === binding, memory, account, clock, settings)),
    alerts: ACCOUNT_ALERTS.flatMap((alert) => toActive(alert, memory.firing[alert], "")),
  };
}

// --- Validity and holding ---

function isValid({ good }: QuotaMemory, account: Account, { now }: Clock): boolean {
  return good !== undefined && (holds(good, account.staleAfterSeconds, now) || isFreshBucket(good, now));
}

/** In seconds: many a scrape comes no more often. */
const FRESH = 60;

/** A bucket of which little was used is full again within moments: what was left then is still worth showing. */
function isFreshBucket(reading: Reading, now: number): boolean {
  const isBucket = reading.kind === "rate_limit" || reading.sliding === true;
  if (!isBucket || !isPassing(reading) || reading.refused === true) return false;
  const age = now - reading.readAt.getTime() / 1000;
  return age >= 0 && age < FRESH && (remainingOf(reading) ?? 0) > 0;
}

const fires = (quota: QuotaMemory) => firingOfState(quota).length > 0;

/**
 * Absence is not recovery: what fires on a quota that cannot be read goes on until a good reading, until well past its
 * reset, or until the provider has left it out for a day.
 */
function endHold(quota: QuotaMemory, account: Account, clock: Clock, settings: EngineSettings): void {
  const valid = isValid(quota, account, clock);
  const end = endOf(quota);
  const isOver = !valid && end !== undefined && clock.now > end + account.staleAfterSeconds;
  const isDropped = quota.missing !== undefined && quota.missing.until - quota.missing.since >= settings.hold;
  if (isDropped) quota.limit.cut = undefined;
  const isQuiet = isQuietBucket(quota, clock, settings);
  if ((isOver || isDropped || isQuiet) && fires(quota)) release(quota, isQuiet && valid ? "ok" : "unknown");
}

/**
 * When what is known of a quota is over, in seconds. A refusal without amounts moves no meter, but may tell when calls are
 * served again; of credits that we count nobody tells anything once they have expired.
 */
function endOf({ meter, good }: QuotaMemory): number | undefined {
  if (good === undefined) return meter?.resetAt;
  const told = hasAmounts(good) ? undefined : good.resetAt;
  const end = told ?? (good.source === "count" ? good.expiresAt : undefined);
  return end === undefined ? meter?.resetAt : Math.max(end.getTime() / 1000, meter?.resetAt ?? 0);
}

/** Of a bucket nobody has called for as long as it is judged by: a read that fails proves nothing, but no call is no refusal. */
const isQuietBucket = ({ good }: QuotaMemory, { now }: Clock, settings: EngineSettings): boolean =>
  good?.kind === "rate_limit" && isPassing(good) && now - good.readAt.getTime() / 1000 >= settings.rate_limit_window;

// --- Showing ---

function showQuota(
  quota: QuotaMemory,
  binding: boolean,
  memory: AccountMemory,
  account: Account,
  clock: Clock,
  settings: EngineSettings,
): QuotaSnapshot {
  const valid = isValid(quota, account, clock);
  fireStale(quota, valid, memory, account, clock);
  fireReduced(quota, valid, account, clock, settings);
  const reading = quota.good ?? quota.latest;
  const windows = windowsOf(reading, settings);
  const { meter, outlook } = quota;
  const isShown = valid && !isDue(quota, clock.now) && outlook !== undefined;
  const show = (windowSeconds: number, rate: Rate | undefined): Rate => ({
    windowSeconds,
    perSecond: valid ? rate?.perSecond : undefined,
    burn: isShown ? rate?.burn : undefined,
  });
  const alerts = QUOTA_ALERTS.flatMap((alert) => {
    const firing = quota.firing[alert];
    return toActive(alert, firing && capped(quota, firing), quota.quota);
  });
  const state = shownState(quota, valid);
  return {
    quota: quota.quota,
    reading,
    lastGoodAt: quota.good?.readAt,
    valid,
    present: quota.missing === undefined,
    gone: quota.gone,
    doubtful: isDoubtful(quota),
    state,
    severity: worstOf(firingOfState(quota).map((firing) => capped(quota, firing))),
    binding,
    short: show(windows.short, outlook?.short),
    long: show(windows.long, outlook?.long),
    forecast: forecastShown(quota, state, isShown),
    alerts,
    consumedTotal: meter?.formerly === undefined ? (meter?.consumed ?? 0) : undefined,
    resetsTotal: meter?.resets ?? 0,
    topupsTotal: meter?.topups ?? 0,
    limitChangesTotal: meter?.limitChanges ?? 0,
    unusedAtResetRatio: meter?.unusedAtReset,
    driftRatio: driftOf(quota, clock.now),
  };
}

/** Only what is still told can be confirmed by another reading. */
function isDoubtful({ meter, wanted, emptyReadings, state, missing, latest, good }: QuotaMemory): boolean {
  if (missing !== undefined || latest !== good) return false;
  return meter?.candidate !== undefined || wanted !== undefined || (emptyReadings === 1 && state !== "exhausted");
}

/** While nothing can be verified, only what already fires keeps its state. */
function shownState(quota: QuotaMemory, valid: boolean): State {
  return valid || fires(quota) ? quota.state : "unknown";
}

function forecastShown(quota: QuotaMemory, state: State, isShown: boolean): Forecast | undefined {
  if (!isShown) return undefined;
  if (state !== "exhausted") return quota.outlook?.forecast;
  const since = quota.firing.LLMQuotaExhausted?.since;
  if (since === undefined) return undefined;
  const at = new Date(since * 1000);
  return {
    early: at,
    likely: at,
    late: at,
    probability: 1,
    projectedUsedRatio: quota.outlook?.forecast?.projectedUsedRatio,
    runwaySeconds: 0,
  };
}

/** An account that answers, but whose quota has told nothing good for too long. */
function fireStale(quota: QuotaMemory, valid: boolean, memory: AccountMemory, account: Account, clock: Clock): void {
  const isRead = quota.latest.source === "api" || quota.latest.source === "probe";
  const wasFiring = quota.firing.LLMQuotaDataStale !== undefined;
  const isSettled = wasFiring || clock.now - Math.max(clock.startedAt, quota.firstAt) >= account.staleAfterSeconds;
  const answers = memory.lastSuccessAt !== undefined && clock.now - memory.lastSuccessAt < account.staleAfterSeconds;
  if (!valid && isRead && isSettled && answers && quota.missing === undefined)
    quota.firing.LLMQuotaDataStale ??= { since: clock.now, severity: warningFor(quota, account) };
  else delete quota.firing.LLMQuotaDataStale;
}

/** A cut limit is news until it is back, or for a day. What cannot be read is not known to be back. */
function fireReduced(
  quota: QuotaMemory,
  valid: boolean,
  account: Account,
  { now }: Clock,
  settings: EngineSettings,
): void {
  const { limit } = quota;
  if (valid && limit.cut !== undefined && now - limit.cut.at >= settings.limit_cut_for) limit.cut = undefined;
  if (limit.cut === undefined) delete quota.firing.LLMQuotaLimitReduced;
  else quota.firing.LLMQuotaLimitReduced = { since: limit.cut.since, severity: warningFor(quota, account) };
}

/** What is told beside the state is a warning, unless the config says less. */
const warningFor = ({ quota }: QuotaMemory, { overrides }: Account) =>
  atMost("warning", overrides[quota]?.severity ?? "warning");

/** The severity of a lowered quota holds for all of its alerts. */
function capped(quota: QuotaMemory, firing: Firing): Firing {
  if (quota.shownSeverity === undefined) return firing;
  return { ...firing, severity: atMost(firing.severity, quota.shownSeverity) };
}

const toActive = (alert: ActiveAlert["alert"], firing: Firing | undefined, quota: string): ActiveAlert[] =>
  firing === undefined || firing.severity === "none"
    ? []
    : [{ alert, quota, severity: firing.severity, since: new Date(firing.since * 1000) }];
