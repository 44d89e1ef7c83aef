import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import { createPoller, type PolledAccount, type Poller } from "../../src/poller/poller.ts";
import type { ReadAccount } from "../../src/providers/provider.ts";
import { anAccount } from "../support/snapshot.ts";
import { ANSWER, aPolledAccount, NO_HTTP } from "./accounts.ts";

let running: Poller | undefined;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  await running?.stop();
  vi.useRealTimers();
});

function createTestPoller(accounts: readonly PolledAccount[], finished: () => void = () => undefined): Poller {
  running = createPoller({
    accounts,
    http: NO_HTTP,
    timeoutSeconds: () => 60,
    now: () => new Date(),
    random: () => 0.5,
    finished() {
      finished();
      return anAccount();
    },
    onBug: () => undefined,
  });
  return running;
}

/** One account, read every five minutes; `times` are seconds since its start. */
function startOne(read: ReadAccount = async () => ANSWER, over: Partial<PolledAccount> = {}) {
  const startedAt = Date.now();
  const times: number[] = [];
  const account = aPolledAccount(
    "main",
    (context) => {
      times.push(Math.round((Date.now() - startedAt) / 1000));
      return read(context);
    },
    over,
  );
  const poller = createTestPoller([account]);
  poller.start();
  return { poller, times };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);
const fails = (error: UpstreamError) => () => Promise.reject(error);

describe("a read on demand", () => {
  it("comes at once before the first regular one, which it replaces", async () => {
    const { poller, times } = startOne(undefined, { intervalSeconds: 3600 });
    const found = await poller.readNow("main");
    await seconds(10);

    expect([found.how, found.outcome?.ok]).toEqual(["read", true]);
    expect(times).toEqual([0]);
    expect(poller.ready()).toBe(true);
  });

  it("is answered from the last outcome for a minute after it, and not longer", async () => {
    const { poller, times } = startOne();
    await seconds(1);
    await seconds(58);
    expect((await poller.readNow("main")).how).toBe("cached");
    await seconds(2);
    expect((await poller.readNow("main")).how).toBe("read");

    expect(times).toEqual([0, 61]);
  });

  it("moves the next regular read an interval away", async () => {
    const { poller, times } = startOne();
    await seconds(200);
    await poller.readNow("main");
    expect(poller.log("main")?.nextPollAt).toEqual(new Date(Date.now() + 300_000));
    await seconds(301);

    expect(times).toEqual([0, 200, 500]);
  });

  it("shares the read that is under way, regular or not", async () => {
    const release = Promise.withResolvers<void>();
    const { poller, times } = startOne(async () => {
      await release.promise;
      return ANSWER;
    });
    await seconds(1);
    expect(poller.log("main")?.nextPollAt).toBeUndefined();
    const both = Promise.all([poller.readNow("main"), poller.readNow("main")]);
    release.resolve();

    expect((await both).map(({ how, outcome }) => [how, outcome?.ok])).toEqual([
      ["read", true],
      ["read", true],
    ]);
    expect(times).toEqual([0]);
  });

  it.each<{ name: string; read: ReadAccount; over?: Partial<PolledAccount>; held: number }>([
    { name: "the floor", read: async () => ANSWER, over: { floorSeconds: 240 }, held: 240 },
    { name: "a Retry-After", read: fails(new UpstreamError("server", "503", { retryAfterSeconds: 200 })), held: 200 },
    {
      name: "the wait of a refusal that was an answer",
      read: async () => ({ ...ANSWER, retryAfterSeconds: 200 }),
      held: 200,
    },
    { name: "a back-off", read: fails(new UpstreamError("not_entitled", "403")), held: 600 },
  ])("never comes against $name", async ({ read, over, held }) => {
    const { poller, times } = startOne(read, { intervalSeconds: 300, ...over });
    await seconds(1);
    await seconds(held - 5);
    const found = await poller.readNow("main");

    expect(found.how).toBe("held");
    expect(found.outcome).toBeDefined();
    expect(times).toEqual([0]);
    await seconds(10);
    await poller.readNow("main");
    expect(times).toHaveLength(2);
  });

  it("is not forbidden for an hour by a clock that is set back an hour", async () => {
    const { poller } = startOne();
    await seconds(100);
    vi.setSystemTime(Date.now() - 3_600_000);

    expect((await poller.readNow("main")).how).toBe("read");
  });

  it("waits for its turn at the host like any other", async () => {
    let inFlight = 0;
    let most = 0;
    const slow: ReadAccount = async () => {
      most = Math.max(most, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      inFlight--;
      return ANSWER;
    };
    const accounts = Array.from({ length: 12 }, (_, index) => aPolledAccount(`a-${index}`, slow, { host: "one" }));
    const poller = createTestPoller(accounts);
    poller.start();
    const all = Promise.all(accounts.map(({ account }) => poller.readNow(account)));
    await seconds(3);

    expect((await all).every(({ how }) => how === "read")).toBe(true);
    expect(most).toBe(5);
  });

  it("is answered with what is known when what takes its outcome throws, and the account is read on", async () => {
    const poller = createTestPoller([aPolledAccount("main", async () => ANSWER)], () => {
      throw new Error("the engine failed");
    });
    poller.start();

    expect((await poller.readNow("main")).how).toBe("read");
    expect(poller.log("main")?.nextPollAt).toEqual(new Date(Date.now() + 300_000));
  });

  it("asks nobody before the start, after the stop, and about an account that is not polled", async () => {
    const poller = createTestPoller([aPolledAccount("main", async () => ANSWER)]);
    const nothing = { how: "held", outcome: undefined };
    expect(await poller.readNow("main")).toEqual(nothing);
    poller.start();
    expect(await poller.readNow("other")).toEqual(nothing);
    await poller.stop();
    expect(await poller.readNow("main")).toEqual(nothing);
  });

  it("ends when the daemon stops", async () => {
    const { poller } = startOne(() => new Promise(() => undefined));
    const found = poller.readNow("main");
    await poller.stop();

    expect(await found).toEqual({ how: "held", outcome: undefined });
  });
});

describe("the log of an account", () => {
  it("keeps the last twenty outcomes, the newest first, and nothing of what was read", async () => {
    let reads = 0;
    const { poller } = startOne(
      async () => {
        reads++;
        if (reads === 25) throw new UpstreamError("server", "GET acme.example/usage: 503");
        return ANSWER;
      },
      { intervalSeconds: 1 },
    );
    await seconds(24.7);
    const polls = poller.log("main")?.polls ?? [];

    expect(reads).toBe(25);
    expect(polls).toHaveLength(20);
    expect(polls[0]).toEqual({
      at: expect.any(Date),
      seconds: expect.any(Number),
      failure: { reason: "server", message: "GET acme.example/usage: 503" },
      readings: undefined,
    });
    expect(polls[1]).toMatchObject({ failure: undefined, readings: 0 });
    expect(polls.map(({ at }) => at.getTime())).toEqual(polls.map(({ at }) => at.getTime()).toSorted((a, b) => b - a));
  });

  it("is unknown of an account that is not polled", () => {
    expect(startOne().poller.log("other")).toBeUndefined();
  });
});
