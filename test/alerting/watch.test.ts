import { describe, expect, it } from "vitest";
import { createWatch } from "../../src/alerting/watch.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { aReading, inSeconds, NOW } from "../support/snapshot.ts";

const anAccountOf = (account: string): Account => ({
  provider: "nanogpt",
  account,
  labels: {},
  intervalSeconds: 300,
  staleAfterSeconds: 900,
  overrides: {},
});
const ONE = anAccountOf("one");
const TWO = anAccountOf("two");

function read(seconds: number, over: Partial<Reading> = {}): ReadOutcome {
  const readAt = inSeconds(seconds);
  return { ok: true, at: readAt, seconds: 0.1, answer: { metered: true, readings: [aReading({ readAt, ...over })] } };
}
const refused = (seconds: number): ReadOutcome => ({
  ok: false,
  at: inSeconds(seconds),
  seconds: 0.1,
  reason: "auth",
  message: "GET /usage: 401",
});
const startWatch = (store = createMemoryStore()) =>
  createWatch({ accounts: [ONE, TWO], store, settings: ENGINE_DEFAULTS, startedAt: NOW });

describe("the snapshot", () => {
  it("shows every account from the start, in the order of the config", () => {
    const { at, accounts } = startWatch().snapshot();

    expect(at).toEqual(NOW);
    expect(accounts.map(({ account, up, pollsTotal }) => ({ account, up, pollsTotal }))).toEqual([
      { account: "one", up: false, pollsTotal: 0 },
      { account: "two", up: false, pollsTotal: 0 },
    ]);
  });

  it("is one and the same for all who look, until something happens", () => {
    const watch = startWatch();
    const first = watch.snapshot();
    expect(watch.snapshot()).toBe(first);
    watch.take(TWO, read(1));
    const second = watch.snapshot();
    expect(second).not.toBe(first);
    expect(watch.snapshot()).toBe(second);
    watch.evaluate(inSeconds(15));

    expect(watch.snapshot()).not.toBe(second);
    expect(watch.snapshot().at).toEqual(inSeconds(15));
  });

  it("never changes once handed out", () => {
    const watch = startWatch();
    watch.take(ONE, read(1));
    const before = watch.snapshot();
    const copy = structuredClone(before);
    watch.take(ONE, read(60, { remaining: 0 }));
    watch.take(ONE, read(120, { remaining: 0 }));
    watch.take(ONE, refused(180));
    watch.evaluate(inSeconds(4000));

    expect(before).toEqual(copy);
    expect(Object.isFrozen(before)).toBe(true);
    expect(Object.isFrozen(before.accounts)).toBe(true);
  });

  it("keeps the order of the config, whichever account was read last", () => {
    const watch = startWatch();
    watch.take(TWO, read(1));
    watch.take(ONE, read(2));

    expect(watch.snapshot().accounts.map(({ account }) => account)).toEqual(["one", "two"]);
  });
});

describe("an outcome", () => {
  it("is answered with what is now known of its account", () => {
    const watch = startWatch();

    expect(watch.take(ONE, read(1))).toBe(watch.snapshot().accounts[0]);
  });

  it("leaves the other accounts as they were shown", () => {
    const watch = startWatch();
    watch.take(TWO, read(1));
    const two = watch.snapshot().accounts[1];
    watch.take(ONE, refused(2));
    watch.take(ONE, refused(3));

    expect(watch.snapshot().accounts[0]?.alerts.map(({ alert }) => alert)).toEqual(["LLMQuotaCredentialRejected"]);
    expect(watch.snapshot().accounts[1]).toBe(two);
  });

  it("of an account that is not watched is a fault", () => {
    expect(() => startWatch().take(anAccountOf("three"), read(1))).toThrow("account three is not watched");
  });
});

describe("time that passes", () => {
  it("moves every account on", () => {
    const watch = startWatch();
    watch.take(ONE, read(1));
    watch.evaluate(inSeconds(1000));

    expect(watch.snapshot().accounts.map(({ alerts }) => alerts.map(({ alert }) => alert))).toEqual([
      ["LLMQuotaAccountUnreadable"],
      ["LLMQuotaAccountUnreadable"],
    ]);
    expect(watch.snapshot().accounts[0]?.quotas[0]).toMatchObject({ valid: false, state: "unknown" });
  });
});

describe("what was known before", () => {
  it("goes on with the same store, quotas and alerts included", () => {
    const outcomes: ReadOutcome[] = [];
    const store: Store = {
      ...createMemoryStore(),
      load: ({ account }) => ({ memory: undefined, since: account === "one" ? outcomes : [] }),
      append: (_key, outcome) => outcomes.push(outcome),
    };
    const before = startWatch(store);
    for (const seconds of [0, 60, 120]) before.take(ONE, read(seconds, { remaining: 0 }));
    const since = before.snapshot().accounts[0]?.quotas[0]?.alerts[0]?.since;
    const after = startWatch(store);

    expect(after.snapshot().accounts[0]).toMatchObject({
      up: false,
      pollsTotal: 0,
      quotas: [{ state: "exhausted", severity: "critical", alerts: [{ since }] }],
    });
    expect(after.snapshot().accounts[1]).toMatchObject({ up: false, quotas: [] });
  });
});

describe("what we count ourselves", () => {
  const counted = (seconds: number, used: number): Reading => {
    const { remaining: _, ...rest } = aReading();
    return { ...rest, readAt: inSeconds(seconds), used, source: "count", confidence: "estimated" };
  };

  it("is a point of the history where nobody tells better", () => {
    const store = createMemoryStore();
    const watch = startWatch(store);
    watch.observe(ONE, [counted(1, 10)], inSeconds(1));
    watch.take(ONE, read(60));
    watch.observe(ONE, [counted(120, 20)], inSeconds(120));

    const points = store.history(ONE, counted(1, 1).quota, inSeconds(-1));
    expect(points.map(({ at }) => at)).toEqual([inSeconds(1), inSeconds(60)]);
  });
});

describe("another config", () => {
  const names = (watch: ReturnType<typeof startWatch>) => watch.snapshot().accounts.map(({ account }) => account);

  it("changes nothing of what is known of an account that stays, and shows it as it is now called for", () => {
    const watch = startWatch();
    for (const seconds of [0, 60, 120]) watch.take(ONE, read(seconds, { remaining: 0 }));
    const before = watch.snapshot().accounts[0];
    watch.replace([{ ...ONE, intervalSeconds: 60 }, TWO], ENGINE_DEFAULTS, inSeconds(121));

    expect(watch.snapshot().accounts[0]).toEqual({ ...before, intervalSeconds: 60 });
    expect(before?.quotas[0]?.alerts).toHaveLength(1);
  });

  it("shows accounts in its own order, without those that it leaves out", () => {
    const watch = startWatch();
    const three = anAccountOf("three");
    watch.replace([three, ONE], ENGINE_DEFAULTS, inSeconds(1));

    expect(names(watch)).toEqual(["three", "one"]);
    expect(() => watch.take(TWO, read(1))).toThrow("account two is not watched");
    expect(watch.take(three, read(2)).quotas).toHaveLength(1);
  });

  it("knows nothing yet of an account whose provider has changed under the same name", () => {
    const watch = startWatch();
    watch.take(ONE, read(1));
    watch.replace([{ ...ONE, provider: "deepseek" }], ENGINE_DEFAULTS, inSeconds(2));

    expect(watch.snapshot().accounts).toMatchObject([{ provider: "deepseek", up: false, pollsTotal: 0, quotas: [] }]);
  });

  it("keeps what is known of an account that goes, for when it comes back", () => {
    const kept: string[] = [];
    const store: Store = { ...createMemoryStore(), keep: ({ account }) => kept.push(account) };
    const watch = startWatch(store);
    kept.length = 0;
    watch.replace([ONE], ENGINE_DEFAULTS, inSeconds(1));

    expect(kept).toEqual(["two"]);
  });
});
