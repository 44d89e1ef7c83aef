import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backAt, type Route, routeOf, secondsToChange } from "../../src/engine/route.ts";
import { reasonsFor } from "../../src/engine/route-words.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { AccountSnapshot, Forecast, QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { ENFORCEMENTS, KINDS, type Reading } from "../../src/quota/reading.ts";
import { STATES } from "../../src/quota/state.ts";
import {
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

const MODEL = "big";
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const instant = fc.integer({ min: -7200, max: 700_000 }).map(inSeconds);

interface Facts {
  readonly limit: number | undefined;
  readonly resetAt: Date | undefined;
  readonly models: string[] | undefined;
  readonly partial: boolean;
  readonly refused: boolean;
  readonly unlimited: boolean;
  readonly refillPerSecond: number | undefined;
}

/** Only what is there: an absent field is not one that is undefined. */
const optional = ({ partial, refused, unlimited, ...facts }: Facts): Partial<Reading> =>
  Object.fromEntries(
    Object.entries({
      ...facts,
      ...(partial && { partial }),
      ...(refused && { refused }),
      ...(unlimited && { unlimited }),
    }).filter(([, value]) => value !== undefined),
  );

const facts: fc.Arbitrary<Facts> = fc.record({
  limit: maybe(fc.constantFrom(0, 1, 1000, 6e7)),
  resetAt: maybe(instant),
  models: maybe(fc.constantFrom(["big"], ["acme/big"], ["small"])),
  partial: fc.boolean(),
  refused: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  unlimited: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  refillPerSecond: maybe(fc.constantFrom(0, 0.5, 100)),
});

const reading: fc.Arbitrary<Reading> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    unit: fc.constantFrom("requests" as const, "usd" as const, "cny" as const),
    enforcement: fc.constantFrom(...ENFORCEMENTS),
    source: fc.constantFrom("api" as const, "headers" as const),
    remaining: fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    facts,
  })
  .map(({ facts: more, ...told }) => {
    const { limit: _limit, resetAt: _reset, ...base } = aReading();
    return { ...base, ...told, ...optional(more) };
  });

const forecast: fc.Arbitrary<Forecast> = maybe(instant).map((likely) => aForecast({ likely }));

const quotaNamed = (name: string): fc.Arbitrary<QuotaSnapshot> =>
  fc
    .record({
      reading,
      valid: fc.boolean(),
      doubtful: fc.boolean(),
      gone: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
      state: fc.constantFrom(...STATES),
      forecast: maybe(forecast),
    })
    .map((over) => aQuota({ ...over, reading: { ...over.reading, quota: name } }));

const quotas = fc.tuple(...["one", "two", "three", "four"].map(quotaNamed)).chain((all) => fc.subarray(all));

const answer = fc.record({
  metered: fc.boolean(),
  models: maybe(fc.constantFrom(["big", "small"], ["acme/big"], ["small"])),
  subscription: maybe(fc.constantFrom("active" as const, "grace" as const, "inactive" as const)),
  retryAfterSeconds: maybe(fc.integer({ min: 0, max: 60 })),
});

const accountNamed = (name: string): fc.Arbitrary<AccountSnapshot> =>
  fc
    .record({
      quotas,
      up: fc.boolean(),
      answer: maybe(answer),
      reason: fc.constantFrom("auth" as const, "not_entitled" as const, "timeout" as const),
      isRejected: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    })
    .map(({ quotas: own, up, answer: told, reason, isRejected }) =>
      anAccount({
        account: name,
        quotas: own,
        up,
        answer: told && anAnswer(Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))),
        error: up ? undefined : { reason, message: "no" },
        alerts: isRejected ? [anAlert({ alert: "LLMQuotaCredentialRejected" })] : [],
      }),
    );

const fleet = fc.tuple(...["a", "b", "c", "d", "e"].map(accountNamed)).chain((all) => fc.subarray(all));

const route = (accounts: readonly AccountSnapshot[]): Route => routeOf(aSnapshot({ accounts }), { model: MODEL }, NOW);
const names = (all: Route["candidates"]) => all.map(({ account }) => account.account);
/** In the way of an account, in words that can be compared. */
const gates = (all: Route["out"]) =>
  all.map(({ account, gates: own }) => [
    account.account,
    own.map(({ obstacle, until }) => [typeof obstacle === "string" ? obstacle : obstacle.quota, until]),
  ]);

/** 0 for an account that is out, else above it by its score; an account that is not asked has no place at all. */
function placeOf(accounts: readonly AccountSnapshot[], name: string): number | undefined {
  const { candidates, out } = route(accounts);
  const found = candidates.find(({ account }) => account.account === name);
  if (found !== undefined) return 1 + found.score;
  return out.some(({ account }) => account.account === name) ? 0 : undefined;
}

const changed = (account: AccountSnapshot, index: number, remaining: number): AccountSnapshot => ({
  ...account,
  quotas: account.quotas.map((quota, at) =>
    at === index ? { ...quota, reading: { ...quota.reading, remaining } } : quota,
  ),
});

const amount = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe("a route", () => {
  it("never ranks an account lower, and never takes it out, for having more left", () => {
    fc.assert(
      fc.property(accountNamed("a"), fc.nat(3), amount, amount, (account, index, one, other) => {
        const less = placeOf([changed(account, index, Math.min(one, other))], "a");
        const more = placeOf([changed(account, index, Math.max(one, other))], "a");
        expect(more === undefined).toBe(less === undefined);
        expect(more ?? 0).toBeGreaterThanOrEqual(less ?? 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("never offers an account with an exhausted hard quota of the model, unless nothing is metered there", () => {
    fc.assert(
      fc.property(fleet, (accounts) => {
        for (const { account, quotas: bound } of route(accounts).candidates) {
          const stops = ({ reading: { enforcement, kind }, state }: QuotaSnapshot) =>
            state === "exhausted" && enforcement === "hard" && kind !== "rate_limit";
          expect(account.answer?.metered === false ? [] : bound.filter(stops)).toEqual([]);
        }
      }),
    );
  });

  it("offers what looks empty after everything that does not", () => {
    fc.assert(
      fc.property(fleet, (accounts) => {
        const standings = route(accounts).candidates.map(({ standing }) => standing === "doubtful");
        expect(standings).toEqual(standings.toSorted((one, other) => Number(one) - Number(other)));
      }),
    );
  });

  it("offers those that list the model first", () => {
    fc.assert(
      fc.property(fleet, (accounts) => {
        const { candidates } = route(accounts);
        const listed = candidates
          .filter(({ standing }) => standing !== "doubtful")
          .map((one) => one.listed === undefined);
        expect(listed).toEqual(listed.toSorted((one, other) => Number(one) - Number(other)));
      }),
    );
  });

  it("does not depend on the order of the accounts and of their quotas", () => {
    fc.assert(
      fc.property(fleet, (accounts) => {
        const turned = accounts.map((account) => ({ ...account, quotas: account.quotas.toReversed() })).toReversed();
        const [one, other] = [route(accounts), route(turned)];
        expect(names(other.candidates)).toEqual(names(one.candidates));
        expect(other.candidates.map(({ score, weight }) => [score, weight?.quota.quota])).toEqual(
          one.candidates.map(({ score, weight }) => [score, weight?.quota.quota]),
        );
        expect(other.out.map((judged) => [judged.account.account, backAt(judged)])).toEqual(
          one.out.map((judged) => [judged.account.account, backAt(judged)]),
        );
      }),
    );
  });

  it("is the same for the same snapshot", () => {
    fc.assert(
      fc.property(fleet, (accounts) => {
        expect(route(structuredClone(accounts))).toEqual(route(accounts));
      }),
    );
  });

  it("has the same gates with a soft quota more", () => {
    fc.assert(
      fc.property(accountNamed("a"), quotaNamed("soft"), (account, quota) => {
        const soft: QuotaSnapshot = { ...quota, reading: { ...quota.reading, enforcement: "soft" } };
        const [without, with_] = [route([account]), route([{ ...account, quotas: [...account.quotas, soft] }])];
        // One that names the model tells that the account serves it; that is no gate.
        fc.pre(without.others === with_.others);
        expect(gates(with_.out)).toEqual(gates(without.out));
        expect(names(with_.candidates)).toEqual(names(without.candidates));
      }),
    );
  });

  it("is not stopped by quotas of other models", () => {
    fc.assert(
      fc.property(accountNamed("a"), quotaNamed("other"), (account, quota) => {
        const other: QuotaSnapshot = { ...quota, reading: { ...quota.reading, models: ["small"] } };
        const [without, with_] = [route([account]), route([{ ...account, quotas: [...account.quotas, other] }])];
        expect(gates(with_.out)).toEqual(gates(without.out));
        expect(with_.candidates.map(({ score }) => score)).toEqual(without.candidates.map(({ score }) => score));
      }),
    );
  });

  it("scores from 0 to 1, says why, and when to ask again", () => {
    fc.assert(
      fc.property(fleet, (accounts) => {
        const { candidates, out } = route(accounts);
        for (const judged of candidates) {
          expect(judged.score).toBeGreaterThanOrEqual(0);
          expect(judged.score).toBeLessThanOrEqual(1);
          const reasons = reasonsFor(judged, { model: MODEL, settings: ENGINE_DEFAULTS, now: NOW });
          expect(reasons.length).toBeGreaterThan(0);
          for (const reason of reasons) expect(reason).not.toMatch(/undefined|NaN|Infinity|[^.]$/);
        }
        for (const judged of [...candidates, ...out]) {
          const seconds = secondsToChange(judged, NOW);
          expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60).toBe(true);
        }
      }),
    );
  });
});
