import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callsForBackOff, firstReadDelay, type NextRead, secondsToNextRead } from "../../src/poller/next-read.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { FAILURE_REASONS, type FailureReason } from "../../src/quota/failure.ts";
import { aBalance, aForecast, anAccount, aQuota, aReading, inSeconds, NOW } from "../support/snapshot.ts";
import { ANSWER } from "./accounts.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const good: ReadOutcome = { ok: true, at: NOW, seconds: 0.1, answer: ANSWER };
const failed = (reason: FailureReason, retryAfterSeconds?: number): ReadOutcome => ({
  ok: false,
  at: NOW,
  seconds: 0.1,
  reason,
  message: "no answer",
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

/** With a random number in the middle there is no jitter. */
function nextRead(over: Partial<NextRead> = {}): number {
  return secondsToNextRead({
    intervalSeconds: 300,
    floorSeconds: 1,
    outcome: good,
    account: anAccount(),
    refusals: 0,
    now: NOW,
    random: 0.5,
    ...over,
  });
}
const withQuotas = (...quotas: ReturnType<typeof aQuota>[]) => anAccount({ quotas });
const resetIn = (seconds: number, over: Parameters<typeof aQuota>[0] = {}) =>
  aQuota({ reading: aReading({ resetAt: inSeconds(seconds) }), ...over });
const exhaustsIn = (seconds: number, remaining = 100) =>
  aQuota({
    reading: aReading({ remaining, resetAt: inSeconds(DAY) }),
    forecast: aForecast({ likely: inSeconds(seconds) }),
  });

describe("after a good read", () => {
  it.each<{ name: string; next: Partial<NextRead>; expected: number }>([
    { name: "comes after the interval", next: {}, expected: 300 },
    { name: "comes a tenth sooner at the least", next: { random: 0 }, expected: 270 },
    { name: "comes almost a tenth later at the most", next: { random: 0.999 }, expected: 329.94 },
    { name: "never comes under the floor", next: { intervalSeconds: 5, floorSeconds: 60 }, expected: 60 },
    {
      name: "comes 5 s after a reset at the soonest",
      next: { account: withQuotas(resetIn(100)), random: 0 },
      expected: 105,
    },
    {
      name: "comes 30 s after a reset at the latest",
      next: { account: withQuotas(resetIn(100)), random: 0.996 },
      expected: 129.9,
    },
    { name: "does not wait for a reset that comes later", next: { account: withQuotas(resetIn(400)) }, expected: 300 },
    { name: "does not hurry for a reset that has passed", next: { account: withQuotas(resetIn(-10)) }, expected: 300 },
    {
      name: "waits for the floor after a reset",
      next: { account: withQuotas(resetIn(1)), floorSeconds: 60 },
      expected: 60,
    },
    { name: "confirms a surprise soon", next: { account: withQuotas(aQuota({ doubtful: true })) }, expected: 5 },
    {
      name: "confirms a surprise as soon as the floor allows",
      next: { account: withQuotas(aQuota({ doubtful: true })), floorSeconds: 60 },
      expected: 60,
    },
    {
      name: "confirms no surprise of a quota that is gone",
      next: { account: withQuotas(aQuota({ doubtful: true, gone: true })) },
      expected: 300,
    },
    {
      name: "comes every quarter of an hour for credits that expire within two weeks",
      next: {
        intervalSeconds: HOUR,
        account: withQuotas(aQuota({ reading: aBalance(5, { expiresAt: inSeconds(13 * DAY) }) })),
      },
      expected: 900,
    },
    {
      name: "does not hurry for credits that expire later",
      next: {
        intervalSeconds: HOUR,
        account: withQuotas(aQuota({ reading: aBalance(5, { expiresAt: inSeconds(15 * DAY) }) })),
      },
      expected: HOUR,
    },
    {
      name: "does not hurry for credits that have expired",
      next: {
        intervalSeconds: HOUR,
        account: withQuotas(aQuota({ reading: aBalance(5, { expiresAt: inSeconds(-1) }) })),
      },
      expected: HOUR,
    },
    { name: "comes more often as exhaustion nears", next: { account: withQuotas(exhaustsIn(600)) }, expected: 100 },
    {
      name: "comes every 15 s at the most as exhaustion nears",
      next: { account: withQuotas(exhaustsIn(10)) },
      expected: 15,
    },
    {
      name: "does not hurry for a distant exhaustion",
      next: { account: withQuotas(exhaustsIn(2 * HOUR)) },
      expected: 300,
    },
    {
      name: "does not hurry for what is exhausted already",
      next: { account: withQuotas(exhaustsIn(-10, 0)) },
      expected: 300,
    },
    {
      name: "takes the soonest of several reasons",
      next: { account: withQuotas(resetIn(100), exhaustsIn(300)) },
      expected: 50,
    },
  ])("$name", ({ next, expected }) => {
    expect(nextRead(next)).toBeCloseTo(expected, 6);
  });
});

describe("after a failure", () => {
  it.each<{ reason: FailureReason; backsOff: boolean }>(
    FAILURE_REASONS.map((reason) => ({ reason, backsOff: ["rate_limited", "auth", "not_entitled"].includes(reason) })),
  )("of reason $reason backing off is $backsOff", ({ reason, backsOff }) => {
    expect(callsForBackOff(failed(reason))).toBe(backsOff);
  });

  it.each([
    { refusals: 1, expected: 600 },
    { refusals: 2, expected: 1200 },
    { refusals: 3, expected: 2400 },
    { refusals: 4, expected: HOUR },
    { refusals: 5000, expected: HOUR },
  ])("doubles the interval to an hour: refused $refusals times", ({ refusals, expected }) => {
    expect(nextRead({ outcome: failed("not_entitled"), refusals })).toBe(expected);
  });

  it.each([
    { refusals: 1, expected: 300 },
    { refusals: 2, expected: 600 },
    { refusals: 9, expected: 3600 },
  ])("first confirms a rejected credential, which pages, in its usual time: refused $refusals times", (row) => {
    expect(nextRead({ outcome: failed("auth"), refusals: row.refusals })).toBe(row.expected);
  });

  it("never makes an interval shorter that is longer than an hour", () => {
    expect(nextRead({ outcome: failed("auth"), refusals: 3, intervalSeconds: 2 * HOUR })).toBe(2 * HOUR);
  });

  it.each(["server", "network", "timeout", "malformed", "client", "bug"] as const)(
    "of reason %s keeps the interval",
    (reason) => {
      expect(nextRead({ outcome: failed(reason) })).toBe(300);
    },
  );

  it("still reads after a reset, and sooner to confirm a surprise, but not as soon as after a good read", () => {
    const outcome = failed("server");

    expect(nextRead({ outcome, account: withQuotas(resetIn(100)) })).toBe(117.5);
    expect(nextRead({ outcome, account: withQuotas(aQuota({ doubtful: true })) })).toBe(30);
  });

  it("does not read sooner for any reason when it backs off", () => {
    const account = withQuotas(resetIn(100), aQuota({ doubtful: true }));

    expect(nextRead({ outcome: failed("rate_limited"), refusals: 1, account })).toBe(600);
  });

  it.each([
    { name: "waits as long as it is asked to", asked: 1000, expected: 1000 },
    { name: "does not come sooner than it would have", asked: 10, expected: 600 },
    { name: "comes once a day whatever is asked", asked: 30 * DAY, expected: DAY },
  ])("$name", ({ asked, expected }) => {
    expect(nextRead({ outcome: failed("rate_limited", asked), refusals: 1 })).toBe(expected);
  });

  it.each([
    { name: "waits as long as it asked to", asked: 1000, expected: 1000 },
    { name: "does not come sooner than it would have", asked: 10, expected: 300 },
    { name: "comes once a day whatever was asked", asked: 30 * DAY, expected: DAY },
  ])("whose headers were the answer $name", ({ asked, expected }) => {
    const outcome: ReadOutcome = { ...good, answer: { ...ANSWER, retryAfterSeconds: asked } };

    expect(nextRead({ outcome })).toBe(expected);
  });

  it("whose headers were the answer is not followed by a read that would confirm a surprise too soon", () => {
    const outcome: ReadOutcome = { ...good, answer: { ...ANSWER, retryAfterSeconds: 40 } };

    expect(nextRead({ outcome, account: withQuotas(aQuota({ doubtful: true })) })).toBe(40);
  });

  it("waits as long as it is asked to by a failing server, too", () => {
    expect(nextRead({ outcome: failed("server", 20 * MINUTE) })).toBe(1200);
  });
});

describe("the first read", () => {
  it("comes within the spread, at the same moment at every start", () => {
    fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 10, noNaN: true }), (account, spread) => {
        const delay = firstReadDelay({ provider: "acme", account }, spread);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(spread);
        expect(firstReadDelay({ provider: "acme", account }, spread)).toBe(delay);
      }),
    );
  });

  it("is spread over the whole time", () => {
    const tenths = Array.from({ length: 200 }, (_, index) =>
      Math.floor(firstReadDelay({ provider: "acme", account: `account-${index}` }, 10)),
    );

    expect(new Set(tenths).size).toBe(10);
  });
});
