import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HttpClient } from "../../src/http/client.ts";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import { createPeer, type PeerResult } from "../../src/poller/peer.ts";
import { createPoller, type PolledAccount, type Poller } from "../../src/poller/poller.ts";
import type { ReadAccount } from "../../src/providers/provider.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { anAccount, aReading } from "../support/snapshot.ts";
import { ANSWER, aPolledAccount, NO_HTTP } from "./accounts.ts";

const INTERVAL = 300;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

/** How one of the pair is reached by the other. */
type Way = "up" | "dead" | "odd";

interface Taken {
  readonly at: number;
  readonly outcome: ReadOutcome;
  readonly fromPeer: boolean;
}

interface Replica {
  readonly poller: Poller;
  /** Seconds since the start of the test at which it called the provider. */
  readonly calls: number[];
  readonly outcomes: Taken[];
  readonly asked: PeerResult[];
  way: Way;
}

interface PairPlan {
  readonly random?: () => number;
  /** What the provider answers to either. */
  readonly read?: ReadAccount;
  readonly over?: Partial<PolledAccount>;
  readonly otherDefinition?: string;
  /** Seconds by which the clock of the second one is wrong. */
  readonly skew?: number;
  /** What the second one knows from before its start. */
  readonly lastReadAt?: () => Date;
}

let running: Poller[] = [];
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  for (const poller of running) await poller.stop();
  running = [];
  vi.useRealTimers();
});

/** What the other one answers, as JSON, the way the route and the client do it. */
function clientOf(other: () => Replica): HttpClient {
  return {
    ...NO_HTTP,
    async json({ url, schema }) {
      await pause(0.02);
      const { way, poller } = other();
      if (way === "dead") throw new UpstreamError("network", "GET peer: connection refused");
      if (way === "odd") throw new UpstreamError("malformed", "GET peer answered an unexpected shape");
      const definition = new URL(url).searchParams.get("definition") ?? "";
      const found = poller.ownOutcome("main", definition);
      if (found === undefined) throw new UpstreamError("client", "GET peer: 404", { status: 404 });
      const text = JSON.stringify({ age_seconds: found.ageSeconds, outcome: found.outcome });
      return { data: schema.parse(JSON.parse(text)), status: 200, headers: {} };
    },
  };
}

function createReplica(plan: PairPlan, other: () => Replica, isSecond: boolean, startedAt: number): Replica {
  const { random = () => 0.5, read = async () => ANSWER, over, otherDefinition, skew = 0 } = plan;
  const seconds = () => (performance.now() - startedAt) / 1000;
  const calls: number[] = [];
  const outcomes: Taken[] = [];
  const asked: PeerResult[] = [];
  const definition = (isSecond ? otherDefinition : undefined) ?? "main";
  const account = aPolledAccount(
    "main",
    async (context) => {
      calls.push(seconds());
      await pause(0.5);
      return read(context);
    },
    { definition, ...over },
  );
  const http = clientOf(other);
  const poller = createPoller({
    accounts: [account],
    http,
    peer: createPeer({
      http,
      url: () => "http://peer:10844",
      timeoutSeconds: () => 60,
      onAsked: (result) => asked.push(result),
    }),
    ...(isSecond && plan.lastReadAt && { lastReadAt: plan.lastReadAt }),
    timeoutSeconds: () => 60,
    now: () => new Date(Date.now() + (isSecond ? skew * 1000 : 0)),
    random,
    finished(_account, outcome, fromPeer) {
      outcomes.push({ at: seconds(), outcome, fromPeer });
      return anAccount();
    },
    onBug: (_account, error) => expect.fail(String(error)),
  });
  running.push(poller);
  return { poller, calls, outcomes, asked, way: "up" };
}

/** Two daemons on stopped clocks. The second one begins so many seconds after the first. */
async function startPair(plan: PairPlan = {}, phase = 100) {
  const startedAt = performance.now();
  let first: Replica = createReplica(plan, () => other, false, startedAt);
  const other: Replica = createReplica(plan, () => first, true, startedAt);
  const one = first;
  one.poller.start();
  await pass(phase);
  other.poller.start();
  /** A new process takes the place of the first one. */
  const restart = (): Replica => {
    first = createReplica(plan, () => other, false, startedAt);
    first.poller.start();
    return first;
  };
  return { one, other, restart };
}

/** Evenly spread, the same for the same seed: those of the property tests prefer corners. */
function diceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const once = Math.imul(state ^ (state >>> 15), 1 | state);
    const twice = (once + Math.imul(once ^ (once >>> 7), 61 | once)) ^ once;
    return ((twice ^ (twice >>> 14)) >>> 0) / 2 ** 32;
  };
}

const rounded = (times: readonly number[]) => times.map(Math.round);

describe("a pair", () => {
  it("reads the account as often as one, and both know what it says", async () => {
    const { one, other } = await startPair();
    await pass(10 * INTERVAL - 100);

    expect(one.calls).toHaveLength(10);
    expect(other.calls).toEqual([]);
    expect(other.outcomes.map(({ fromPeer }) => fromPeer)).toEqual(Array.from({ length: 10 }, () => true));
    // The first as soon as it is there, each further one a fifth of an interval after it was read.
    expect(rounded(other.outcomes.map(({ at }, index) => at - (one.outcomes[index]?.at ?? 0)))).toEqual([
      100,
      ...Array.from({ length: 9 }, () => 60),
    ]);
  });

  it.each([
    { luck: 0, lag: 90 },
    { luck: 0.5, lag: 60 },
    { luck: 1, lag: 30 },
  ])("sees all of it by three tenths of an interval later at the most: $lag s with dice of $luck", async (plan) => {
    const { one, other } = await startPair({ random: () => plan.luck });
    await pass(6 * INTERVAL);
    const lags = other.outcomes.slice(1).map(({ at }, index) => at - (one.outcomes[index + 1]?.at ?? 0));

    expect(rounded(lags)).toEqual(lags.map(() => plan.lag));
    expect(lags.length).toBeGreaterThan(3);
  });

  it("makes few calls more than one and never leaves the account unread, whatever the dice say", async () => {
    const phases = fc.double({ min: 0, max: INTERVAL, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.integer(), phases, async (seed, phase) => {
        const { one, other } = await startPair({ random: diceOf(seed) }, phase);
        const intervals = 40;
        await pass(intervals * INTERVAL);
        const calls = [...one.calls, ...other.calls].toSorted((a, b) => a - b);
        const total = phase + intervals * INTERVAL;
        const gaps = calls.map((call, index) => (calls[index + 1] ?? total) - call);
        for (const { poller } of [one, other]) await poller.stop();

        expect(calls.length).toBeLessThanOrEqual(Math.ceil(total / INTERVAL) * 1.2 + 2);
        expect(calls.length).toBeGreaterThanOrEqual(Math.floor(total / (INTERVAL * 1.35)));
        expect(Math.max(...gaps)).toBeLessThan(1.12 * INTERVAL);
      }),
      { numRuns: 30 },
    );
  });

  it("reads as if alone when it starts at the same moment, and takes turns from then on", async () => {
    const dice = [0.2, 0.8];
    let thrown = 0;
    const { one, other } = await startPair({ random: () => dice[thrown++ % 2] ?? 0 }, 0);
    await pass(10 * INTERVAL);

    expect([one.calls[0], other.calls[0]]).toEqual([one.calls[0], one.calls[0]]);
    expect(one.calls.length + other.calls.length).toBeLessThanOrEqual(13);
  });

  it.each([3600, -3600])("agrees on when it was though the clock of one is %d s wrong", async (skew) => {
    const read: ReadAccount = async ({ now }) => ({ ...ANSWER, readings: [aReading({ readAt: now })] });
    const { one, other } = await startPair({ skew, read });
    await pass(3 * INTERVAL);

    expect(other.calls).toEqual([]);
    for (const [index, { outcome }] of other.outcomes.entries()) {
      const its = one.outcomes[index]?.outcome.at.getTime() ?? Number.NaN;
      // Early by the way there at the most: never newer than it is.
      expect((outcome.at.getTime() - its) / 1000).toBeCloseTo(skew - 0.02, 6);
      expect(outcome.ok && outcome.answer.readings.map(({ readAt }) => readAt)).toEqual([outcome.at]);
    }
  });

  it("reads for itself what the other defines otherwise", async () => {
    const { one, other } = await startPair({ otherDefinition: "another key" });
    await pass(3 * INTERVAL + 10);

    expect([one.calls.length, other.calls.length]).toEqual([4, 4]);
    expect(new Set([...one.asked, ...other.asked])).toEqual(new Set(["none"]));
  });

  it.each([
    { name: "takes what was read since it was stopped", secondsAgo: 120, calls: 0 },
    { name: "reads when it knows something newer from before it was stopped", secondsAgo: 50, calls: 1 },
  ])("$name", async ({ secondsAgo, calls }) => {
    const { other } = await startPair({ lastReadAt: () => new Date(Date.now() - secondsAgo * 1000) });
    await pass(10);

    expect(other.calls).toHaveLength(calls);
  });

  it("never hands back what it was given", async () => {
    const { one, other } = await startPair();
    await pass(INTERVAL - 50);

    expect(other.outcomes.map(({ fromPeer }) => fromPeer)).toEqual([true]);
    expect(other.poller.ownOutcome("main", "main")).toBeUndefined();
    expect(new Set(one.asked)).toEqual(new Set(["none"]));
    expect(one.poller.ownOutcome("main", "main")?.outcome).toEqual(one.outcomes.at(-1)?.outcome);
    expect(one.poller.ownOutcome("main", "another key")).toBeUndefined();
    expect(one.poller.ownOutcome("nobody", "main")).toBeUndefined();
  });
});

describe("one of a pair whose peer", () => {
  it("is itself reads as if it had none", async () => {
    const plan: PairPlan = {};
    const self: Replica = createReplica(plan, () => self, false, performance.now());
    self.poller.start();
    await pass(3 * INTERVAL + 10);

    expect(self.calls).toHaveLength(4);
    expect(self.asked).toEqual(["none", "none", "none", "none"]);
  });

  it.each<Way>(["dead", "odd"])("is %s reads everything by itself", async (way) => {
    const { one, other } = await startPair();
    one.way = way;
    const before = other.outcomes.length;
    await pass(3 * INTERVAL);

    expect(before).toBe(0);
    expect(other.calls).toHaveLength(3);
    expect(new Set(other.asked)).toEqual(new Set(["failed"]));
  });

  it("dies is at most a fifth of an interval late with its own read", async () => {
    const { one, other } = await startPair();
    await pass(2 * INTERVAL);
    const lastRead = one.calls.at(-1) ?? Number.NaN;
    await one.poller.stop();
    one.way = "dead";
    await pass(2 * INTERVAL);

    expect(other.calls[0]).toBeGreaterThan(lastRead + INTERVAL);
    expect((other.calls[0] ?? Number.NaN) - lastRead).toBeLessThan(1.21 * INTERVAL);
    expect(other.calls.slice(1).map((call, index) => Math.round(call - (other.calls[index] ?? 0)))).toEqual([301]);
  });

  it("comes back takes over at the most what was read lately, and the two are a pair again", async () => {
    const { one, other, restart } = await startPair();
    one.way = "dead";
    await one.poller.stop();
    await pass(INTERVAL + 50);
    expect(rounded(other.calls)).toEqual([100, 401]);
    const back = restart();
    await pass(5 * INTERVAL);

    expect(back.outcomes[0]?.fromPeer).toBe(true);
    expect([back.calls, rounded(other.calls).slice(2)]).toEqual([[], [701, 1002, 1303, 1603, 1904]]);
  });

  it("is refused for too many calls waits as long as that one has to", async () => {
    const read: ReadAccount = () =>
      Promise.reject(new UpstreamError("rate_limited", "GET acme.example/: 429", { retryAfterSeconds: 1000 }));
    const { one, other } = await startPair({ read });
    await pass(890);

    expect([one.calls.length, other.calls.length]).toEqual([1, 0]);
    expect(other.outcomes.map(({ outcome }) => !outcome.ok && outcome.reason)).toEqual(["rate_limited"]);
    expect((await other.poller.readNow("main")).how).toBe("held");
    await pass(100);
    expect([one.calls.length, other.calls.length]).toEqual([2, 0]);
  });

  it("fails otherwise tries for itself", async () => {
    let read = 0;
    const { other } = await startPair({
      read: () =>
        read++ === 0
          ? Promise.reject(new UpstreamError("network", "GET acme.example/: refused"))
          : Promise.resolve(ANSWER),
    });
    await pass(10);

    expect(other.outcomes.map(({ outcome, fromPeer }) => [outcome.ok, fromPeer])).toEqual([[true, false]]);
  });
});

describe("a read on demand", () => {
  it("takes what the peer read within a minute, and no more than once", async () => {
    const { one, other } = await startPair({}, 20);
    const found = other.poller.readNow("main");
    await pass(1);

    expect([(await found).how, other.calls, one.calls.length]).toEqual(["read", [], 1]);
    await pass(60);
    const again = other.poller.readNow("main");
    await pass(1);
    expect([(await again).how, other.calls.length]).toEqual(["read", 1]);
  });

  it("reads when what the peer has is older than that", async () => {
    const { other } = await startPair({}, 100);
    const found = other.poller.readNow("main");
    await pass(1);

    expect([(await found).how, other.calls.length]).toEqual(["read", 1]);
  });
});
