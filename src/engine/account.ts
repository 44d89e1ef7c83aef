import type { Account, ReadOutcome } from "../quota/account.ts";
import { isGood, remainingOf } from "../quota/amounts.ts";
import { FAILURE_REASONS, type FailureReason } from "../quota/failure.ts";
import { type AccountReading, holds, isPassing, type Reading, type Subscription } from "../quota/reading.ts";
import { type Agreed, agree, nothingAgreed } from "./agreed.ts";
import type { AccountAlert } from "./alerts.ts";
import { judge } from "./judge.ts";
import { completed, supersedes } from "./merge.ts";
import { type Firing, newQuotaMemory, type QuotaMemory, takeReading, withOverride } from "./quota-memory.ts";
import type { EngineSettings } from "./settings.ts";

/** Everything the engine knows of one account: plain data. Times in seconds. */
export interface AccountMemory {
  readonly quotas: Map<string, QuotaMemory>;
  up: boolean;
  error: { readonly reason: FailureReason; readonly message: string } | undefined;
  answer: Omit<AccountReading, "readings"> | undefined;
  lastSuccessAt: number | undefined;
  lastPollAt: number | undefined;
  /** Reads in a row that were refused for the credential. */
  refusals: number;
  subscription: Agreed<Subscription>;
  /** Since when good answers say nothing of a subscription. */
  subscriptionMissingSince: number | undefined;
  /** The subscription has served once: only such a one can lapse. */
  hasServed: boolean;
  credentialExpiry: Agreed<number>;
  probeTokens: { readonly input: number; readonly output: number };
  polls: number;
  failures: Record<FailureReason, number>;
  firing: Partial<Record<AccountAlert, Firing>>;
}

export function newAccountMemory(): AccountMemory {
  return {
    quotas: new Map(),
    up: false,
    error: undefined,
    answer: undefined,
    lastSuccessAt: undefined,
    lastPollAt: undefined,
    refusals: 0,
    subscription: nothingAgreed(),
    subscriptionMissingSince: undefined,
    hasServed: false,
    credentialExpiry: nothingAgreed(),
    probeTokens: { input: 0, output: 0 },
    polls: 0,
    failures: Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])) as Record<FailureReason, number>,
    firing: {},
  };
}

/** Takes how one read ended into the memory of its account. */
export function takeOutcome(
  memory: AccountMemory,
  account: Account,
  outcome: ReadOutcome,
  settings: EngineSettings,
): void {
  if (outcome.ok && outcome.observed === true) {
    takeObserved(memory, account, outcome.answer.readings, settings);
    return;
  }
  memory.polls++;
  memory.lastPollAt = outcome.at.getTime() / 1000;
  memory.up = outcome.ok;
  if (!outcome.ok) {
    memory.failures[outcome.reason]++;
    memory.error = { reason: outcome.reason, message: outcome.message };
    memory.refusals = outcome.reason === "auth" && !outcome.expired ? memory.refusals + 1 : 0;
    return;
  }
  memory.error = undefined;
  memory.refusals = 0;
  memory.lastSuccessAt = memory.lastPollAt;
  const { readings, ...answer } = outcome.answer;
  memory.answer = answer;
  takeSubscription(memory, answer.subscription, memory.lastPollAt, settings);
  takeCredential(memory, answer.credentialExpiresAt, memory.lastPollAt, settings);
  const { inputTokens = 0, outputTokens = 0 } = answer.probe ?? {};
  const { input, output } = memory.probeTokens;
  memory.probeTokens = { input: input + inputTokens, output: output + outputTokens };
  takeAnswer(memory, account, readings, settings);
  noteMissing(memory, account, readings, settings);
}

/**
 * Takes what was told of some quotas outside of a read, as headers of live traffic or counts of our own: it says nothing of
 * the others. What another source has told better stays (see `supersedes`).
 */
export function takeObserved(
  memory: AccountMemory,
  account: Account,
  readings: AccountReading["readings"],
  settings: EngineSettings,
): void {
  const whole = readings.map((told) => completed(told, memory.quotas.get(told.quota)?.good));
  takeAnswer(memory, account, whole, settings);
}

/** An answer that does not speak of the subscription says nothing of it, until a day of them do not. */
function takeSubscription(
  memory: AccountMemory,
  told: Subscription | undefined,
  at: number,
  settings: EngineSettings,
): void {
  if (told === undefined) {
    memory.subscriptionMissingSince ??= at;
    if (at - memory.subscriptionMissingSince >= settings.hold) memory.subscription = nothingAgreed();
    return;
  }
  memory.subscriptionMissingSince = undefined;
  agree(memory.subscription, told, at, settings);
  memory.hasServed ||= memory.subscription.held === "active" || memory.subscription.held === "grace";
}

/** One that no longer expires is a new one, hence no wait. */
function takeCredential(memory: AccountMemory, told: Date | undefined, at: number, settings: EngineSettings): void {
  const expiresAt = told === undefined ? undefined : told.getTime() / 1000;
  agree(memory.credentialExpiry, expiresAt, at, settings, (a, b) => Math.abs(a - b) <= settings.reset_jitter);
}

function takeAnswer(
  memory: AccountMemory,
  account: Account,
  readings: AccountReading["readings"],
  settings: EngineSettings,
): void {
  const balances = readings.filter((reading) => reading.kind === "credits" && isMoney(reading.unit));
  for (const told of readings) {
    const override = account.overrides[told.quota];
    const reading = withOverride(told, override);
    const known = memory.quotas.get(reading.quota);
    if (known !== undefined && !supersedes(reading, known.good ?? known.latest, account.staleAfterSeconds)) {
      noteSuperseded(known, reading);
      continue;
    }
    const quota = known ?? newQuotaMemory(reading);
    memory.quotas.set(reading.quota, quota);
    const event = takeReading(quota, reading, settings);
    if (event === undefined || !isGood(reading)) continue;
    const hasOtherBalance =
      balances.includes(told) && balances.some((other) => other.unit !== told.unit && (remainingOf(other) ?? 0) > 0);
    judge(quota, event, { override, hasOtherBalance }, settings);
  }
}

/** Another source knows better: the quota is there, and how far our count is from it may be told. */
function noteSuperseded(quota: QuotaMemory, reading: Reading): void {
  if (quota.missing !== undefined) quota.missing = undefined;
  if (reading.source === "count") quota.counted = reading;
}

const isMoney = (unit: string) => unit === "usd" || unit === "cny";

/** A quota that good answers leave out for long enough is gone, but not while anything fires on it. */
function noteMissing(
  memory: AccountMemory,
  account: Account,
  readings: AccountReading["readings"],
  settings: EngineSettings,
): void {
  const at = memory.lastPollAt ?? 0;
  const told = new Set(readings.map((reading) => reading.quota));
  for (const quota of memory.quotas.values()) {
    if (told.has(quota.quota) || isFromTraffic(quota, account, at)) continue;
    const missing = { since: quota.missing?.since ?? at, until: at, answers: (quota.missing?.answers ?? 0) + 1 };
    quota.missing = missing;
    const fires = Object.keys(quota.firing).length > 0;
    quota.gone = !fires && missing.answers >= settings.gone_answers && at - missing.since >= settings.gone_after;
  }
}

/** What live traffic tells or we count is in no answer, and is there as long as it holds. */
const isFromTraffic = ({ latest }: QuotaMemory, account: Account, at: number): boolean =>
  latest.source === "declared" || (isPassing(latest) && holds(latest, account.staleAfterSeconds, at));
