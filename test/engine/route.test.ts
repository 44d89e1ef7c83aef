import { describe, expect, it } from "vitest";
import { backAt, routeOf, secondsToChange } from "../../src/engine/route.ts";
import { obstaclesOf, reasonsFor } from "../../src/engine/route-words.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { Reading } from "../../src/quota/reading.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  anAlert,
  anAnswer,
  aQuota,
  aReading,
  aSnapshot,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";

const HOUR = 3600;
const MODEL = "big";
const WORDS = { model: MODEL, settings: ENGINE_DEFAULTS, now: NOW };

const route = (...accounts: AccountSnapshot[]) => routeOf(aSnapshot({ accounts }), { model: MODEL }, NOW);
const names = (all: ReturnType<typeof route>["candidates"]) => all.map(({ account }) => account.account);

function only(account: AccountSnapshot) {
  const [judged] = route(account).candidates;
  if (judged === undefined) throw new Error("no candidate");
  return judged;
}

/** A quota with that share left. */
const left = (ratio: number, over: Partial<QuotaSnapshot> = {}, reading: Partial<Reading> = {}) =>
  aQuota({
    reading: aReading({ quota: "weekly", limit: 100, remaining: 100 * ratio, unit: "requests", ...reading }),
    ...over,
  });

/** An account that lists the model. */
const listing = (quotas: readonly QuotaSnapshot[], over: Partial<AccountSnapshot> = {}) =>
  anAccount({ quotas, answer: anAnswer({ models: [MODEL] }), ...over });

const exhausted = (over: Partial<QuotaSnapshot> = {}, reading: Partial<Reading> = {}) =>
  left(0, { state: "exhausted", ...over }, reading);
const bucket = (remaining: number, reading: Partial<Reading> = {}, over: Partial<QuotaSnapshot> = {}) => {
  const told = aReading({ quota: "requests", kind: "rate_limit", unit: "requests", limit: 500, remaining, ...reading });
  const { resetAt: _weekly, periodSeconds: _week, ...minute } = told;
  return aQuota({ reading: reading.resetAt === undefined ? minute : { ...minute, resetAt: reading.resetAt }, ...over });
};

describe("the score", () => {
  it.each<[string, AccountSnapshot, number]>([
    ["a full quota", listing([left(1)]), 4.5],
    ["half of it left", listing([left(0.5)]), 4 + (1.1 * 0.5) / 0.6 / 2],
    ["a tenth left", listing([left(0.1)]), 4 + 0.55 / 2],
    ["overfull", listing([left(1.2)]), 4.5],
    ["the tightest of two quotas", listing([left(1), left(0.1)]), 4 + 0.55 / 2],
    ["an hour of runway", listing([left(1, { forecast: aForecast({ likely: inSeconds(HOUR) }) })]), 4.25],
    ["a forecast that it lasts", listing([left(1, { forecast: aForecast() })]), 4.5],
    ["no cap", listing([left(0, { state: "unlimited" }, { unlimited: true })]), 4.5],
    ["no quota", listing([], { answer: anAnswer({ metered: false, models: [MODEL] }) }), 4.5],
    ["quotas that nobody tells", listing([]), 4.25],
    ["a balance that lasts", listing([aQuota({ reading: aBalance(7), forecast: aForecast() })]), 4.5],
    ["a balance without forecast", listing([aQuota({ reading: aBalance(7) })]), 4.25],
    [
      "an active subscription",
      listing([left(1)], { answer: anAnswer({ models: [MODEL], subscription: "active" }) }),
      4.8,
    ],
    ["one in grace", listing([left(1)], { answer: anAnswer({ models: [MODEL], subscription: "grace" }) }), 4.65],
    ["an ended one", listing([left(1)], { answer: anAnswer({ models: [MODEL], subscription: "inactive" }) }), 4.5],
    ["capacity that lapses", listing([left(1, { state: "use_or_lose" })]), 4.7],
    ["a failed last read", listing([left(1)], { up: false, error: { reason: "timeout", message: "no answer" } }), 4.25],
    ["a bucket that is often low", listing([left(1), bucket(9, {}, { state: "watch" })]), 4.25],
    ["a bucket that is low once", listing([left(1), bucket(9)]), 4.5],
    ["data that is too old", listing([left(0.01, { valid: false, state: "unknown" })]), 3.25],
    ["models that are not known", anAccount({ quotas: [left(1)] }), 2.5],
    ["neither models nor valid data", anAccount({ quotas: [left(1, { valid: false, state: "unknown" })] }), 1.25],
    ["an account that was never read", anAccount({ answer: undefined, up: false, lastSuccessAt: undefined }), 1.125],
    ["nothing left, by one reading", listing([left(0, { doubtful: true })]), 0],
    ["a refusal, by one reading", listing([left(1, { doubtful: true }, { refused: true })]), 0.5],
    ["a soft quota that is used up", listing([left(1), left(-1, {}, { enforcement: "soft" })]), 4.5],
  ])("of %s", (_what, account, fifths) => {
    expect(only(account).score).toBeCloseTo(fifths / 5, 12);
  });

  it.each([
    ["the better of two currencies counts", 7, 4.5],
    ["one that is empty counts for nothing beside the other", 0, 4.5],
  ])("%s", (_what, cny, fifths) => {
    const usd = aQuota({ reading: aBalance(25, { quota: "balance_usd" }), forecast: aForecast() });
    const other = aQuota({ reading: aBalance(cny, { quota: "balance_cny", unit: "cny" }) });
    expect(only(listing([usd, other])).score).toBeCloseTo(fifths / 5, 12);
    expect(only(listing([other, usd])).standing).toBe("ready");
  });

  it("is doubtful where both currencies are empty", () => {
    const empty = (unit: "usd" | "cny") =>
      aQuota({ reading: aBalance(0, { quota: `balance_${unit}`, unit }), state: "unknown" });
    expect(only(listing([empty("usd"), empty("cny")])).standing).toBe("doubtful");
  });
});

describe("an account is out", () => {
  const inAnHour = inSeconds(HOUR);
  it.each<[string, AccountSnapshot, number, RegExp]>([
    [
      "by an exhausted quota",
      listing([exhausted({}, { resetAt: inAnHour })]),
      HOUR,
      /^weekly: Nothing is left; it resets in 1 h\.$/,
    ],
    [
      "by one that cannot be read since",
      listing([exhausted({ valid: false }, { resetAt: inAnHour })]),
      HOUR,
      /^weekly: The last good reading, 2 s ago, told 0 % left; it stays exhausted/,
    ],
    [
      "by one whose reset is due",
      listing([exhausted({}, { resetAt: inSeconds(-5) })]),
      Infinity,
      /the reset was due 5 s ago/,
    ],
    [
      "by an empty balance",
      listing([aQuota({ reading: aBalance(0), state: "exhausted" })]),
      Infinity,
      /^balance: Nothing is left\.$/,
    ],
    [
      "by the quota of this model",
      listing([exhausted({}, { models: [MODEL], partial: true, resetAt: inAnHour })]),
      HOUR,
      /^weekly:/,
    ],
    [
      "by an empty bucket",
      listing([bucket(0, { resetAt: inSeconds(7) })]),
      7,
      /^requests: nothing is left in the bucket, it may go on in 7 s\.$/,
    ],
    ["by an empty bucket of a minute", listing([bucket(0)]), 58, /in 58 s\.$/],
    ["by a bucket that refills bit by bit", listing([bucket(-1, { refillPerSecond: 0.2 })]), 8, /in 8 s\.$/],
    [
      "by a credential that is refused",
      listing([left(1)], { up: false, alerts: [anAlert({ alert: "LLMQuotaCredentialRejected" })] }),
      Infinity,
      /^The provider refuses its credential\.$/,
    ],
    [
      "by an API key that has expired",
      listing([left(1)], {
        alerts: [anAlert({ alert: "LLMQuotaCredentialExpiring" })],
        answer: anAnswer({ models: [MODEL], credentialExpiresAt: inSeconds(-1) }),
      }),
      Infinity,
      /^Its credential has expired\.$/,
    ],
    [
      "by a refusal that asks to wait",
      listing([], { answer: anAnswer({ models: [MODEL], retryAfterSeconds: 32 }) }),
      30,
      /^The provider has refused a call, it may go on in 30 s\.$/,
    ],
    [
      "by an ended subscription beside which nothing is left",
      listing([], { answer: anAnswer({ models: [MODEL], subscription: "inactive" }) }),
      Infinity,
      /^It has no active subscription, and nothing else/,
    ],
  ])("%s", (_what, account, seconds, reason) => {
    const { candidates, out } = route(account);
    expect(candidates).toEqual([]);
    const [judged] = out;
    if (judged === undefined) throw new Error("it is not out");
    expect(backAt(judged) - NOW.getTime() / 1000).toBeCloseTo(seconds, 6);
    expect(obstaclesOf(judged, WORDS)).toEqual([expect.stringMatching(reason)]);
  });

  it("until the last of its obstacles is gone", () => {
    const [judged] = route(listing([exhausted({}, { resetAt: inAnHour }), bucket(0)])).out;
    expect(judged?.gates.map(({ until }) => until - NOW.getTime() / 1000)).toEqual([HOUR, 58]);
    expect(judged && backAt(judged)).toBe(inAnHour.getTime() / 1000);
  });

  it("and listed in the order of coming back, unknown last", () => {
    const out = (account: string, resetAt: Date | undefined) =>
      listing([exhausted({}, { resetAt: resetAt ?? inSeconds(-1) })], { account });
    const { out: all } = route(out("never", undefined), out("later", inSeconds(99)), out("soon", inSeconds(9)));
    expect(names(all)).toEqual(["soon", "later", "never"]);
  });
});

describe("an account stays a candidate", () => {
  it.each<[string, AccountSnapshot]>([
    ["with a soft quota that is exhausted", listing([exhausted({}, { enforcement: "soft" })])],
    ["with an exhausted quota of another model", listing([exhausted({}, { models: ["small"] }), left(1)])],
    ["with an exhausted quota of one feature", listing([exhausted({}, { partial: true }), left(1)])],
    ["with a quota that is gone", listing([exhausted({ gone: true }), left(1)])],
    [
      "without quota, whatever is told of it",
      listing([exhausted()], { answer: anAnswer({ metered: false, models: [MODEL] }) }),
    ],
    ["with nothing left by data that is too old", listing([left(0, { valid: false, state: "unknown" })])],
    ["with a bucket whose reset has passed", listing([bucket(0, { resetAt: inSeconds(-1) })])],
    [
      "with a login that its owner has to renew",
      listing([left(1)], {
        up: false,
        error: { reason: "auth", message: "expired" },
        answer: anAnswer({ models: [MODEL], credentialExpiresAt: inSeconds(-1) }),
      }),
    ],
    [
      "after a refusal whose wait is over",
      listing([], { answer: anAnswer({ models: [MODEL], retryAfterSeconds: 2 }) }),
    ],
    [
      "with a balance beside an ended subscription",
      listing([aQuota({ reading: aBalance(5) })], { answer: anAnswer({ models: [MODEL], subscription: "inactive" }) }),
    ],
  ])("%s", (_what, account) => {
    expect(names(route(account).candidates)).toEqual(["main"]);
  });
});

describe("which accounts are asked", () => {
  it("leaves out who lists other models, and counts them", () => {
    const { candidates, others } = route(
      listing([], { account: "this" }),
      anAccount({ account: "that", answer: anAnswer({ models: ["small"] }) }),
    );
    expect([names(candidates), others]).toEqual([["this"], 1]);
  });

  it("takes the word of a quota that names the model where there is no list", () => {
    const judged = only(anAccount({ quotas: [left(1, {}, { models: [`acme/${MODEL}`], partial: true })] }));
    expect([judged.listed, judged.standing, judged.score]).toEqual([`acme/${MODEL}`, "ready", 0.9]);
  });

  it("puts those of unknown models behind those that list it, however little these have left", () => {
    const { candidates } = route(
      anAccount({ account: "silent", quotas: [left(1)], answer: anAnswer({ subscription: "active" }) }),
      listing([left(0.01)], { account: "little" }),
      listing([left(0.01, { valid: false, state: "unknown" })], { account: "old" }),
    );
    expect(names(candidates)).toEqual(["little", "old", "silent"]);
  });

  it("asks one provider only, if that is wanted", () => {
    const accounts = [listing([], { provider: "acme" }), listing([], { provider: "other" })];
    const { candidates, others } = routeOf(aSnapshot({ accounts }), { model: MODEL, provider: "other" }, NOW);
    expect(candidates.map(({ account }) => account.provider)).toEqual(["other"]);
    expect(others).toBe(0);
  });

  it("settles what is equal by name", () => {
    const { candidates } = route(
      listing([], { provider: "b", account: "a" }),
      listing([], { provider: "a", account: "c" }),
      listing([], { provider: "a", account: "b" }),
    );
    expect(candidates.map(({ account }) => `${account.provider}/${account.account}`)).toEqual(["a/b", "a/c", "b/a"]);
  });
});

describe("the reasons", () => {
  it.each<[string, AccountSnapshot, string[]]>([
    [
      "of an account that is read well",
      listing([left(1, { forecast: aForecast() })], {
        answer: anAnswer({ models: [`acme/${MODEL}`], subscription: "active" }),
      }),
      [
        "It lists the model as acme/big.",
        "weekly: 100 % left, 1 d 1 h to the reset; nothing is being used.",
        "Its subscription is active.",
      ],
    ],
    [
      "of one that was never read",
      aFailedAccount({ reason: "network", message: "refused" }),
      [
        "Its models are not known: it may not serve this one.",
        "The last read failed (network).",
        "It was never read well: nothing is known of its quotas.",
      ],
    ],
    [
      "of one whose data is too old",
      listing([left(0.5, { valid: false, state: "unknown", lastGoodAt: inSeconds(-HOUR) })], {
        up: false,
        error: { reason: "server", message: "500" },
        lastSuccessAt: inSeconds(-HOUR),
      }),
      [
        "It lists the model.",
        "The last read failed (server), it was last read 1 h ago.",
        "What is known of it is too old to go by.",
        "weekly: The last good reading (50 % left) was 1 h ago, too long ago to judge by.",
      ],
    ],
    [
      "of one that looks empty",
      listing([left(0, { doubtful: true })]),
      [
        "It lists the model.",
        "It looks empty, which no second reading has confirmed.",
        "weekly: 0 % left, 1 d 1 h to the reset; a surprise waits for a second reading that confirms it.",
      ],
    ],
    [
      "name what lapses beside the tightest quota",
      listing([left(0.5), left(1, { state: "use_or_lose", quota: "monthly", forecast: aForecast() })]),
      [
        "It lists the model.",
        "weekly: 50 % left, 1 d 1 h to the reset; too few readings yet to tell how fast it goes.",
        "monthly: 100 % left, 1 d 1 h to the reset; nothing is being used: part of it lapses unused.",
      ],
    ],
    [
      "tell what is used up and not counted",
      listing([exhausted({}, { partial: true, models: ["Small"] })]),
      [
        "It lists the model.",
        "No quota is known that binds the model.",
        "weekly is exhausted; it binds Small only, and is not counted here.",
      ],
    ],
    [
      "of one without quota",
      listing([], { answer: anAnswer({ metered: false, models: [MODEL] }) }),
      ["It lists the model.", "It has no quota."],
    ],
  ])("%s", (_what, account, reasons) => {
    expect(reasonsFor(only(account), WORDS)).toEqual(reasons);
  });
});

describe("when to ask again", () => {
  it.each<[string, AccountSnapshot, number]>([
    ["the next read", listing([], { lastPollAt: inSeconds(-250) }), 50],
    ["a reset", listing([left(1, {}, { resetAt: inSeconds(33) })]), 33],
    ["an exhaustion", listing([left(1, { forecast: aForecast({ likely: inSeconds(12.2) }) })]), 13],
    [
      "the end of the credential",
      listing([], { answer: anAnswer({ models: [MODEL], credentialExpiresAt: inSeconds(20) }) }),
      20,
    ],
    ["nothing within a minute", listing([left(1)]), 60],
    ["a read that is overdue", listing([], { lastPollAt: inSeconds(-900) }), 60],
    ["what is a moment away", listing([], { lastPollAt: inSeconds(-299.9) }), 1],
  ])("is told by %s", (_what, account, seconds) => {
    expect(secondsToChange(only(account), NOW)).toBe(seconds);
  });

  it("is when a bucket has refilled, for one that is out", () => {
    const [judged] = route(listing([bucket(0, { resetAt: inSeconds(7) })])).out;
    expect(judged && secondsToChange(judged, NOW)).toBe(7);
  });
});
