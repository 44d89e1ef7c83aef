import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import { createPoller, type PolledAccount, type Poller } from "../../src/poller/poller.ts";
import type { ReadAccount } from "../../src/providers/provider.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { anAccount } from "../support/snapshot.ts";
import { ANSWER, aPolledAccount, NO_HTTP } from "./accounts.ts";

interface Finished {
  readonly account: string;
  readonly outcome: ReadOutcome;
}

let running: Poller | undefined;
afterEach(async () => {
  await running?.stop();
  vi.useRealTimers();
});

function startPoller(
  accounts: readonly PolledAccount[],
  over: { timeoutSeconds?: number; finished?: () => void } = {},
) {
  const finished: Finished[] = [];
  const bugs: string[] = [];
  const poller = createPoller({
    accounts,
    http: NO_HTTP,
    timeoutSeconds: () => over.timeoutSeconds ?? 5,
    now: () => new Date(),
    random: () => 0.5,
    finished(account, outcome) {
      over.finished?.();
      finished.push({ account: account.account, outcome });
      return anAccount();
    },
    onBug: ({ account }, error) => bugs.push(`${account}: ${String(error)}`),
  });
  running = poller;
  poller.start();
  return { poller, finished, bugs };
}

/** Work that never ends by itself and listens to nobody. */
const hanging: ReadAccount = () => new Promise(() => undefined);
const throwing: ReadAccount = () => {
  throw new TypeError("boom");
};
const good: ReadAccount = () => Promise.resolve(ANSWER);
const countOf = (finished: readonly Finished[], name: string) =>
  finished.filter(({ account }) => account === name).length;

describe("a poller", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it("spreads the first reads of many accounts over ten seconds", async () => {
    const times: number[] = [];
    const startedAt = Date.now();
    const accounts = Array.from({ length: 40 }, (_, index) =>
      aPolledAccount(`account-${index}`, async ({ now }) => {
        times.push(now.getTime() - startedAt);
        return ANSWER;
      }),
    );
    startPoller(accounts);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(times).toHaveLength(40);
    expect(new Set(times.map((time) => Math.floor(time / 2000))).size).toBe(5);
  });

  it("reads a single account within half a second", async () => {
    const { finished } = startPoller([aPolledAccount("main", good)]);
    await vi.advanceTimersByTimeAsync(500);

    expect(countOf(finished, "main")).toBe(1);
  });

  it("reads again and again, an interval after each read", async () => {
    const { finished } = startPoller([aPolledAccount("main", good)]);
    await vi.advanceTimersByTimeAsync(500 + 3 * 300_000);

    expect(countOf(finished, "main")).toBe(4);
  });

  it("backs off while it is refused, and keeps the interval again after a success", async () => {
    const answers = ["refused", "refused", "ok", "ok"];
    const times: number[] = [];
    startPoller([
      aPolledAccount("main", async ({ now }) => {
        times.push(now.getTime());
        if (answers.shift() === "refused") throw new UpstreamError("not_entitled", "GET /usage: 403");
        return ANSWER;
      }),
    ]);
    await vi.advanceTimersByTimeAsync(500 + (600 + 1200 + 300) * 1000);

    expect(times.map((time, index) => Math.round((time - (times[index - 1] ?? time)) / 1000))).toEqual([
      0, 600, 1200, 300,
    ]);
  });

  it("keeps the wait that a refusal asked for whose headers were the answer, and the interval again after it", async () => {
    const waits = [1000, undefined, undefined];
    const times: number[] = [];
    startPoller([
      aPolledAccount("main", async ({ now }) => {
        times.push(now.getTime());
        const wait = waits.shift();
        return wait === undefined ? ANSWER : { ...ANSWER, retryAfterSeconds: wait };
      }),
    ]);
    await vi.advanceTimersByTimeAsync(500 + (1000 + 300) * 1000);

    expect(times.map((time, index) => Math.round((time - (times[index - 1] ?? time)) / 1000))).toEqual([0, 1000, 300]);
  });

  it("is ready only when every account has been attempted, well or badly", async () => {
    const release = Promise.withResolvers<void>();
    const slow: ReadAccount = async () => {
      await release.promise;
      return ANSWER;
    };
    const { poller } = startPoller([
      aPolledAccount("good", good),
      aPolledAccount("bad", throwing),
      aPolledAccount("slow", slow),
    ]);
    expect(poller.ready()).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(poller.ready()).toBe(false);
    release.resolve();
    await vi.advanceTimersByTimeAsync(1);

    expect(poller.ready()).toBe(true);
  });

  it("is ready at once without accounts", () => {
    expect(startPoller([]).poller.ready()).toBe(true);
  });

  it("never has two reads of one account in flight, however slow they are", async () => {
    let inFlight = 0;
    let most = 0;
    const slow: ReadAccount = async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      inFlight--;
      return ANSWER;
    };
    const { finished } = startPoller([aPolledAccount("main", slow, { intervalSeconds: 1 })], { timeoutSeconds: 60 });
    await vi.advanceTimersByTimeAsync(30_000);

    expect(most).toBe(1);
    expect(countOf(finished, "main")).toBeGreaterThanOrEqual(5);
  });

  it("has at most five reads of one host in flight, and other hosts do not wait", async () => {
    const inFlight = new Map<string, number>();
    const most = new Map<string, number>();
    const on =
      (host: string): ReadAccount =>
      async () => {
        const now = (inFlight.get(host) ?? 0) + 1;
        inFlight.set(host, now);
        most.set(host, Math.max(most.get(host) ?? 0, now));
        await new Promise((resolve) => setTimeout(resolve, 3000));
        inFlight.set(host, (inFlight.get(host) ?? 1) - 1);
        return ANSWER;
      };
    const accounts = ["one", "two"].flatMap((host) =>
      Array.from({ length: 12 }, (_, index) =>
        aPolledAccount(`${host}-${index}`, on(host), { host, intervalSeconds: 1 }),
      ),
    );
    const { finished } = startPoller(accounts, { timeoutSeconds: 60 });
    await vi.advanceTimersByTimeAsync(30_000);

    expect(Object.fromEntries(most)).toEqual({ one: 5, two: 5 });
    expect(new Set(finished.map(({ account }) => account)).size).toBe(24);
  });

  it("goes on reading an account that throws, and the others", async () => {
    const { finished, bugs } = startPoller([aPolledAccount("bad", throwing), aPolledAccount("good", good)]);
    await vi.advanceTimersByTimeAsync(1000 + 2 * 300_000);

    expect(finished.map(({ account, outcome }) => [account, outcome.ok || outcome.reason])).toHaveLength(6);
    expect([countOf(finished, "bad"), countOf(finished, "good")]).toEqual([3, 3]);
    expect(bugs).toEqual(Array.from({ length: 3 }, () => "bad: TypeError: boom"));
  });

  it("keeps the interval when what takes its outcomes throws", async () => {
    const { poller, bugs } = startPoller([aPolledAccount("main", good)], {
      finished: () => {
        throw new Error("the engine failed");
      },
    });
    await vi.advanceTimersByTimeAsync(500 + 2 * 300_000);

    expect(bugs).toEqual(Array.from({ length: 3 }, () => "main: Error: the engine failed"));
    expect(poller.ready()).toBe(true);
  });

  it("reads nothing once it has stopped", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", good)]);
    await vi.advanceTimersByTimeAsync(500);
    await poller.stop();
    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(countOf(finished, "main")).toBe(1);
  });

  it("aborts what is in flight and begins nothing that waits when it stops", async () => {
    const signals: AbortSignal[] = [];
    const stuck: ReadAccount = ({ signal }) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const accounts = Array.from({ length: 8 }, (_, index) =>
      aPolledAccount(`account-${index}`, stuck, { host: "one" }),
    );
    const { poller, finished, bugs } = startPoller(accounts, { timeoutSeconds: 60 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(signals).toHaveLength(5);
    await poller.stop();

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true, true]);
    expect(finished).toEqual([]);
    expect(bugs).toEqual([]);
  });
});

// The deadline of a read is a timer of Node's own that no fake reaches: real time, and little of it.
describe("an adapter that hangs", () => {
  it("is read again after its deadline, and delays no other account", async () => {
    const fast = { intervalSeconds: 0.05, floorSeconds: 0.01 };
    const { finished } = startPoller([aPolledAccount("stuck", hanging, fast), aPolledAccount("good", good, fast)], {
      timeoutSeconds: 0.04,
    });
    while (countOf(finished, "stuck") < 3) await pause(10);

    expect(
      finished.flatMap(({ account, outcome }) => (account === "stuck" && !outcome.ok ? [outcome.reason] : [])),
    ).toEqual(["timeout", "timeout", "timeout"]);
    expect(countOf(finished, "good")).toBeGreaterThanOrEqual(3);
  });
});
