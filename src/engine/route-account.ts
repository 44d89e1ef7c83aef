import { listedAs } from "./route-models.ts";
import { binds, closedUntil, either, together, UNKNOWN_CAPACITY, type Weight, weigh } from "./route-quota.ts";
import type { AccountSnapshot, QuotaSnapshot } from "./snapshot.ts";

/** Why an account is out, apart from a quota that is used up. */
export type Obstacle = "credential_rejected" | "credential_expired" | "subscription_inactive" | "refused_for_now";

export interface Gate {
  readonly obstacle: Obstacle | QuotaSnapshot;
  /** Seconds since the epoch; Infinity where it is not known when this ends. */
  readonly until: number;
}

/** How far the data of an account can be trusted: it comes before everything else in the order. */
export type Standing = "ready" | "unread" | "doubtful";

/** What there is to say of one account as a place for calls of a model. */
export interface Judged {
  readonly account: AccountSnapshot;
  /** The name by which the account lists the model; undefined where its models are not known. */
  readonly listed: string | undefined;
  /** The quotas that bind the model; none for an account without quota. */
  readonly quotas: readonly QuotaSnapshot[];
  readonly weight: Weight | undefined;
  readonly standing: Standing;
  /** 0 to 1. Of an account that is out it says nothing. */
  readonly score: number;
  /** Empty for a candidate. */
  readonly gates: readonly Gate[];
}

/** Of what is not used up: what a plan or a reminder adds to the half that a bare account gets. */
const SUBSCRIPTION_SHARE = 0.3;
const USE_OR_LOSE_SHARE = 0.2;
const BARE_SHARE = 1 - SUBSCRIPTION_SHARE - USE_OR_LOSE_SHARE;
const SUBSCRIPTION_WORTH = { active: 1, grace: 0.5, inactive: 0 } as const;
/** A provider that fails to tell what is left, or a bucket that is low again and again, is half as good a place. */
const TROUBLE = 0.5;
/** One for each place in the order that no score within a band can leave. */
const BANDS = 5;

/** Undefined for an account that is known not to serve the model. */
export function judgeAccount(account: AccountSnapshot, model: string, now: number): Judged | undefined {
  const listed = nameAt(account, model);
  if (listed === undefined && account.answer?.models !== undefined) return undefined;
  const isMetered = account.answer?.metered !== false;
  const quotas = isMetered ? account.quotas.filter((quota) => binds(quota, model)) : [];
  const weight = weightOf(quotas, now);
  const standing = standingOf(account, weight, now);
  return {
    account,
    listed,
    quotas,
    weight,
    standing,
    score: (bandOf(listed, standing) + qualityOf(account, quotas, weight)) / BANDS,
    gates: gatesOf(account, quotas, now),
  };
}

/** A quota that names its models tells of an account without a list that it serves them. */
function nameAt({ answer, quotas }: AccountSnapshot, model: string): string | undefined {
  if (answer?.models !== undefined) return listedAs(answer.models, model);
  for (const { reading, gone } of quotas) {
    const name = gone || reading.models === undefined ? undefined : listedAs(reading.models, model);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The tightest of all, where balances in two currencies stand in for each other. */
function weightOf(quotas: readonly QuotaSnapshot[], now: number): Weight | undefined {
  let least: Weight | undefined;
  const purses: { usd?: Weight; cny?: Weight } = {};
  for (const quota of quotas) {
    const weight = weigh(quota, now);
    if (weight === undefined) continue;
    const { kind, unit } = quota.reading;
    if (kind === "credits" && (unit === "usd" || unit === "cny")) purses[unit] = together(purses[unit], weight);
    else least = together(least, weight);
  }
  const purse = either(purses.usd, purses.cny);
  return purse === undefined ? least : together(least, purse);
}

function standingOf(account: AccountSnapshot, weight: Weight | undefined, now: number): Standing {
  const { error, up } = account;
  const isEmpty = weight?.isEmpty === true;
  // A login past its own expiry was not tried: nobody has refused it.
  const isRefused = error?.reason === "not_entitled" || (error?.reason === "auth" && !isExpired(account, now));
  if (isEmpty || isRefused) return "doubtful";
  return (weight?.isValid ?? up) && account.answer !== undefined ? "ready" : "unread";
}

/** An account that tells its models comes before one that does not, whatever is left; one that looks empty comes last. */
function bandOf(listed: string | undefined, standing: Standing): number {
  if (standing === "doubtful") return 0;
  return (listed === undefined ? 1 : 3) + (standing === "ready" ? 1 : 0);
}

function qualityOf(account: AccountSnapshot, quotas: readonly QuotaSnapshot[], weight: Weight | undefined): number {
  const { answer, up } = account;
  const capacity = weight?.capacity ?? (answer?.metered === false ? 1 : UNKNOWN_CAPACITY);
  const subscription = answer?.subscription === undefined ? 0 : SUBSCRIPTION_WORTH[answer.subscription];
  const useOrLose = quotas.some(lapses) ? 1 : 0;
  const worth = BARE_SHARE + SUBSCRIPTION_SHARE * subscription + USE_OR_LOSE_SHARE * useOrLose;
  return capacity * worth * (up ? 1 : TROUBLE) * (quotas.some(isOftenLow) ? TROUBLE : 1);
}

export const lapses = ({ state, valid }: QuotaSnapshot) => state === "use_or_lose" && valid;

export const isOftenLow = ({ state, valid, reading }: QuotaSnapshot) =>
  reading.kind === "rate_limit" && reading.enforcement === "hard" && state === "watch" && valid;

function gatesOf(account: AccountSnapshot, quotas: readonly QuotaSnapshot[], now: number): readonly Gate[] {
  const gates: Gate[] = [];
  const fires = (name: string) => account.alerts.some(({ alert }) => alert === name);
  if (fires("LLMQuotaCredentialRejected")) gates.push({ obstacle: "credential_rejected", until: Infinity });
  // That alert is of API keys only: the tool that owns a login renews it.
  if (fires("LLMQuotaCredentialExpiring") && isExpired(account, now))
    gates.push({ obstacle: "credential_expired", until: Infinity });
  if (isLapsed(account, quotas, now)) gates.push({ obstacle: "subscription_inactive", until: Infinity });
  const refusedUntil = cooldownEnd(account);
  if (refusedUntil > now) gates.push({ obstacle: "refused_for_now", until: refusedUntil });
  for (const quota of quotas) {
    const until = closedUntil(quota, now);
    if (until !== undefined) gates.push({ obstacle: quota, until });
  }
  return gates;
}

const isExpired = ({ answer }: AccountSnapshot, now: number) =>
  answer?.credentialExpiresAt !== undefined && answer.credentialExpiresAt.getTime() / 1000 <= now;

/** Without a plan an account may still have a balance or a free window; with nothing of the kind nothing pays for a call. */
function isLapsed({ answer, up }: AccountSnapshot, quotas: readonly QuotaSnapshot[], now: number): boolean {
  if (answer?.metered !== true || answer.subscription !== "inactive" || !up) return false;
  return !quotas.some((quota) => weigh(quota, now)?.isEmpty === false);
}

/** What a refused call asked for; a call of the model would be refused too. */
function cooldownEnd({ answer, lastSuccessAt }: AccountSnapshot): number {
  if (answer?.retryAfterSeconds === undefined || lastSuccessAt === undefined) return 0;
  return lastSuccessAt.getTime() / 1000 + answer.retryAfterSeconds;
}
