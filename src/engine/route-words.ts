import { formatDuration, secondsBetween } from "../quota/format.ts";
import { explain } from "./explain.ts";
import { type Gate, isOftenLow, type Judged, lapses, type Obstacle } from "./route-account.ts";
import { binds } from "./route-quota.ts";
import type { EngineSettings } from "./settings.ts";
import type { QuotaSnapshot } from "./snapshot.ts";

export interface Words {
  /** The model that was asked for. */
  readonly model: string;
  readonly settings: EngineSettings;
  readonly now: Date;
}

/** Why a candidate stands where it stands, in sentences, what weighs most first. */
export function reasonsFor(judged: Judged, words: Words): readonly string[] {
  const { account, quotas, weight } = judged;
  const tightest = weight?.quota;
  const told = [
    tightest ?? noQuota(judged),
    ...quotas.filter((quota) => quota !== tightest && (lapses(quota) || isOftenLow(quota))),
  ].map((one) => (typeof one === "string" ? one : quotaWords(one, words)));
  const plan = account.answer?.subscription;
  return [
    modelWords(judged, words.model),
    ...doubtWords(judged, words),
    ...told,
    ...(plan === undefined ? [] : [PLAN_WORDS[plan]]),
    ...aside(judged, words),
  ];
}

/** What is in the way of an account that is out. */
export function obstaclesOf({ gates }: Judged, words: Words): readonly string[] {
  return gates.map((gate) => gateWords(gate, words));
}

const PLAN_WORDS = {
  active: "Its subscription is active.",
  grace: "Its subscription has ended and is in its days of grace.",
  inactive: "It has no active subscription.",
} as const;

const OBSTACLES: Readonly<Record<Obstacle, string>> = {
  credential_rejected: "The provider refuses its credential.",
  credential_expired: "Its credential has expired.",
  subscription_inactive: "It has no active subscription, and nothing else is known to be left.",
  refused_for_now: "The provider has refused a call",
};

function gateWords({ obstacle, until }: Gate, words: Words): string {
  if (typeof obstacle !== "string") {
    if (obstacle.reading.kind !== "rate_limit") return quotaWords(obstacle, words);
    return `${obstacle.quota}: nothing is left in the bucket, ${refill(until, words.now)}.`;
  }
  return obstacle === "refused_for_now" ? `${OBSTACLES[obstacle]}, ${refill(until, words.now)}.` : OBSTACLES[obstacle];
}

const refill = (until: number, now: Date) =>
  `it may go on in ${formatDuration(Math.ceil(secondsBetween(now, new Date(until * 1000))))}`;

const quotaWords = (quota: QuotaSnapshot, { settings, now }: Words) =>
  `${quota.quota}: ${explain(quota, settings, now)}`;

function modelWords({ listed }: Judged, model: string): string {
  if (listed === undefined) return "Its models are not known: it may not serve this one.";
  return listed === model ? "It lists the model." : `It lists the model as ${listed}.`;
}

function noQuota({ account, quotas }: Judged): string {
  if (account.answer === undefined) return "It was never read well: nothing is known of its quotas.";
  if (!account.answer.metered) return "It has no quota.";
  return quotas.length === 0
    ? "No quota is known that binds the model."
    : "No quota is known that it could run out of.";
}

/** Why its data is not trusted. */
function doubtWords({ account, standing, weight }: Judged, { now }: Words): readonly string[] {
  const { error, lastSuccessAt } = account;
  const since =
    lastSuccessAt === undefined ? "" : `, it was last read ${formatDuration(secondsBetween(lastSuccessAt, now))} ago`;
  const failed = error === undefined ? [] : [`The last read failed (${error.reason})${since}.`];
  if (standing === "doubtful" && weight?.isEmpty === true)
    return [...failed, "It looks empty, which no second reading has confirmed."];
  if (standing === "unread" && weight?.isValid === false)
    return [...failed, "What is known of it is too old to go by."];
  return failed;
}

/** What is used up, but is not sure to be needed: a caller who knows better may want to know. */
function aside({ account }: Judged, words: Words): readonly string[] {
  if (account.answer?.metered === false) return [];
  return account.quotas
    .filter(({ reading, state, gone }) => !gone && state === "exhausted" && reading.enforcement === "hard")
    .filter((quota) => !binds(quota, words.model))
    .map(({ quota, reading }) => {
      const of = reading.models === undefined ? "a part of the account" : reading.models.slice(0, 3).join(", ");
      return `${quota} is exhausted; it binds ${of} only, and is not counted here.`;
    });
}
