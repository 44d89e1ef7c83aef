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

/** `finished` names the accounts in the order of their outcomes, with the seconds since the start. */
function startPoller(accounts: readonly PolledAccount[]) {
  const startedAt = Date.now();
  const finished: string[] = [];
  const poller = createPoller({
    accounts,
    http: NO_HTTP,
    timeoutSeconds: () => 60,
    now: () => new Date(),
    random: () => 0.5,
    finished({ account }, outcome) {
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      finished.push(`${account} ${outcome.ok ? "ok" : outcome.reason} ${seconds}`);
      return anAccount();
    },
    onBug: (_account, error) => finished.push(String(error)),
  });
  running = poller;
  poller.start();
  return { poller, finished };
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000);
const good: ReadAccount = () => Promise.resolve(ANSWER);
const rejected: ReadAccount = () => Promise.reject(new UpstreamError("auth", "GET acme.example/: 401"));
const refusing: ReadAccount = () => Promise.reject(new UpstreamError("not_entitled", "GET acme.example/: 403"));
const OTHER = { definition: "another address" };
const hanging: ReadAccount = () => new Promise(() => undefined);

describe("accounts that take the place of others", () => {
  it("go on in their rhythm when they stay, and begin and end when they do not", async () => {
    const { poller, finished } = startPoller([aPolledAccount("stays", good), aPolledAccount("goes", good)]);
    await seconds(100);
    expect(finished.toSorted()).toEqual(["goes ok 0", "stays ok 1"]);
    poller.replace([aPolledAccount("comes", good), aPolledAccount("stays", good)]);
    await seconds(302);

    expect(finished.slice(2)).toEqual(["comes ok 101", "stays ok 301", "comes ok 401"]);
    expect(poller.log("goes")).toBeUndefined();
    expect(poller.log("stays")?.polls).toHaveLength(2);
  });

  it("are read by their new definition", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", good)]);
    await seconds(10);
    poller.replace([aPolledAccount("main", rejected)]);
    await seconds(300);

    expect(finished).toEqual(["main ok 0", "main auth 300"]);
  });

  it("are read at once where another address or credential is read", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", good)]);
    await seconds(10);
    poller.replace([aPolledAccount("main", good, OTHER)]);
    await seconds(1);

    expect(finished).toEqual(["main ok 0", "main ok 10"]);
  });

  it.each([
    { name: "a shorter interval at its own pace", intervalSeconds: 60, next: 70 },
    { name: "a longer interval when the next read is due anyway", intervalSeconds: 3600, next: 300 },
  ])("are read with $name", async ({ intervalSeconds, next }) => {
    const { poller, finished } = startPoller([aPolledAccount("main", good)]);
    await seconds(10);
    poller.replace([aPolledAccount("main", good, { intervalSeconds })]);
    await seconds(300);

    expect(finished[1]).toBe(`main ok ${next}`);
  });

  it("stay backed off when nothing about them has changed", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", refusing)]);
    await seconds(10);
    for (let reload = 0; reload < 10; reload++) {
      poller.replace([aPolledAccount("main", refusing)]);
      await seconds(10);
    }
    expect(finished).toEqual(["main not_entitled 0"]);
    await seconds(500);

    expect(finished).toEqual(["main not_entitled 0", "main not_entitled 600"]);
  });

  it("are tried at once after a refusal that somebody has mended", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", refusing)]);
    await seconds(1500);
    expect(finished).toEqual(["main not_entitled 0", "main not_entitled 600"]);
    poller.replace([aPolledAccount("main", good, OTHER)]);
    await seconds(1);

    expect(finished[2]).toBe("main ok 1500");
  });

  it("wait for the floor and for what the provider asked, all the same", async () => {
    const busy: ReadAccount = () =>
      Promise.reject(new UpstreamError("rate_limited", "GET acme.example/: 429", { retryAfterSeconds: 200 }));
    const { poller, finished } = startPoller([aPolledAccount("main", busy)]);
    await seconds(50);
    poller.replace([aPolledAccount("main", good, OTHER)]);
    await seconds(149);
    expect(finished).toEqual(["main rate_limited 0"]);
    await seconds(2);

    expect(finished[1]).toBe("main ok 200");
  });

  it("never hear of a read of the old address or credential that ends after the change", async () => {
    const slow: ReadAccount = () =>
      new Promise((_resolve, reject) => {
        setTimeout(() => reject(new UpstreamError("auth", "GET acme.example/: 401")), 20_000);
      });
    const { poller, finished } = startPoller([aPolledAccount("main", slow)]);
    await seconds(10);
    poller.replace([aPolledAccount("main", good, OTHER)]);
    await seconds(20);

    expect(finished).toEqual(["main ok 11"]);
  });

  it("never hear of a read that was under way for an account that is gone", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", hanging), aPolledAccount("other", good)]);
    await seconds(10);
    poller.replace([aPolledAccount("other", good)]);
    await seconds(120);

    expect(finished).toEqual(["other ok 1"]);
    expect(poller.ready()).toBe(true);
    poller.replace([aPolledAccount("other", good), aPolledAccount("further", hanging)]);
    expect(poller.ready()).toBe(true);
  });

  it("may be one that left and comes back while its last read is still being given up", async () => {
    const { poller, finished } = startPoller([aPolledAccount("main", hanging)]);
    await seconds(10);
    poller.replace([]);
    poller.replace([aPolledAccount("main", good)]);
    await seconds(10);

    expect(finished).toEqual(["main ok 10"]);
  });

  it("are not read before the start", async () => {
    const poller = createPoller({
      accounts: [aPolledAccount("main", good)],
      http: NO_HTTP,
      timeoutSeconds: () => 60,
      now: () => new Date(),
      random: () => 0.5,
      finished: () => anAccount(),
      onBug: () => undefined,
    });
    poller.replace([aPolledAccount("other", good)]);
    await seconds(60);

    expect(poller.ready()).toBe(false);
    await poller.stop();
  });
});
