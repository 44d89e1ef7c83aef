import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asReadHere, isWorthTaking, type Wanted } from "../../src/poller/lease.ts";
import { type NextRead, secondsToFollow, secondsToNextRead } from "../../src/poller/next-read.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { FAILURE_REASONS, type FailureReason } from "../../src/quota/failure.ts";
import { anAccount, aQuota, aReading, inSeconds, NOW } from "../support/snapshot.ts";
import { ANSWER } from "./accounts.ts";

const good: ReadOutcome = { ok: true, at: NOW, seconds: 0.5, answer: ANSWER };
const failed = (reason: FailureReason): ReadOutcome => ({ ok: false, at: NOW, seconds: 0.5, reason, message: "no" });

/** Read 330 s ago for the last time, with a wait of 300 s planned after it. */
const WANTED: Wanted = { lastAgeSeconds: 330, lastToldAt: undefined, mostAgeSeconds: 150 };

describe("an outcome of the peer", () => {
  it.each<{ name: string; ageSeconds?: number; outcome?: ReadOutcome; wanted?: Partial<Wanted>; expected: boolean }>([
    { name: "is taken when it is young", expected: true },
    { name: "is taken when it has just come", ageSeconds: 0, expected: true },
    { name: "is taken up to half the planned wait", ageSeconds: 150, expected: true },
    { name: "is too old beyond that", ageSeconds: 150.1, expected: false },
    {
      name: "is too old for whoever asks for a read now",
      wanted: { mostAgeSeconds: 60 },
      ageSeconds: 61,
      expected: false,
    },
    { name: "is no news when one's own is newer", wanted: { lastAgeSeconds: 10 }, ageSeconds: 20, expected: false },
    { name: "is no news when one's own is as new", wanted: { lastAgeSeconds: 20 }, ageSeconds: 20, expected: false },
    {
      name: "confirms a surprise when it is newer",
      wanted: { lastAgeSeconds: 5, mostAgeSeconds: 2.5 },
      ageSeconds: 1,
      expected: true,
    },
    { name: "is taken once only", wanted: { lastToldAt: new Date(NOW) }, expected: false },
    { name: "is taken when it follows one that was taken", wanted: { lastToldAt: inSeconds(-300) }, expected: true },
    { name: "is the first that is known", wanted: { lastAgeSeconds: Infinity }, expected: true },
  ])("$name", ({ ageSeconds = 20, outcome = good, wanted = {}, expected }) => {
    expect(isWorthTaking({ ageSeconds, outcome }, { ...WANTED, ...wanted })).toBe(expected);
  });

  it.each(FAILURE_REASONS)(
    "that failed as %s is the peer's own affair, unless the account is rate limited",
    (reason) => {
      expect(isWorthTaking({ ageSeconds: 1, outcome: failed(reason) }, WANTED)).toBe(reason === "rate_limited");
    },
  );

  it("gets the times of the clock here, but for those that the provider tells", () => {
    const resetAt = inSeconds(3600);
    const reading = aReading({ readAt: NOW, resetAt });
    const told: ReadOutcome = { ...good, answer: { ...ANSWER, readings: [reading] } };
    const at = inSeconds(-7200);

    expect(asReadHere(told, at)).toEqual({
      ...told,
      at,
      answer: { ...ANSWER, readings: [{ ...reading, readAt: at }] },
    });
    expect(asReadHere(failed("rate_limited"), at)).toEqual({ ...failed("rate_limited"), at });
  });
});

describe("the next turn of one that follows", () => {
  const next = {
    intervalSeconds: 300,
    floorSeconds: 1,
    outcome: good,
    account: anAccount(),
    refusals: 0,
    now: NOW,
  };
  const resetIn = (seconds: number) =>
    anAccount({ quotas: [aQuota({ reading: aReading({ resetAt: inSeconds(seconds) }) })] });
  const refused: ReadOutcome = {
    ok: false,
    at: NOW,
    seconds: 0.5,
    reason: "rate_limited",
    message: "429",
    retryAfterSeconds: 1000,
  };

  it.each<{ name: string; over: Partial<Omit<NextRead, "random">>; expected: number }>([
    { name: "1.2 intervals after the end of the peer's read", over: {}, expected: 360.5 },
    { name: "after the peer's own look at a reset", over: { account: resetIn(100) }, expected: 130 + 11.75 + 0.5 },
    {
      name: "after the peer's own confirmation",
      over: { account: anAccount({ quotas: [aQuota({ doubtful: true })] }) },
      expected: 6,
    },
    { name: "after what a refusal asks for", over: { outcome: refused, refusals: 1 }, expected: 1000 + 100 + 0.5 },
  ])("comes $name", ({ over, expected }) => {
    expect(secondsToFollow({ ...next, ...over })).toBeCloseTo(expected, 6);
  });

  it("comes after any turn of the peer", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const seconds = fc.integer({ min: 1, max: 7200 });
    fc.assert(
      fc.property(
        random,
        seconds,
        seconds,
        fc.integer({ min: 0, max: 9 }),
        (luck, intervalSeconds, reset, refusals) => {
          const state = {
            ...next,
            intervalSeconds,
            refusals,
            account: resetIn(reset),
            outcome: refusals > 0 ? refused : good,
          };
          const atOnce = { ...state, outcome: { ...state.outcome, seconds: 0 } };

          expect(secondsToFollow(atOnce)).toBeGreaterThan(secondsToNextRead({ ...atOnce, random: luck }));
        },
      ),
    );
  });
});
