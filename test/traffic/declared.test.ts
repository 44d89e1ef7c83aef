import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import type { Declaration } from "../../src/quota/declaration.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createCounts } from "../../src/traffic/counts.ts";
import { createDeclared } from "../../src/traffic/declared.ts";
import { anAccount, aQuota } from "../support/snapshot.ts";

const PLAN: Declaration = {
  ...{ quota: "plan", unit: "requests", limit: 40, enforcement: "hard", weights: [], countable: true },
  window: { kind: "rolling", minutes: 300, sliding: false },
};
const MAIN = { provider: "acme", account: "main", declared: [PLAN] };
const BARE = { provider: "acme", account: "bare", declared: [] };
const ONE = { requests: 1, inputTokens: 0, outputTokens: 0 };
const now = () => new Date();

beforeEach(() => {
  vi.useFakeTimers({
    now: new Date("2026-11-16T00:00:00Z"),
    toFake: ["setTimeout", "clearTimeout", "performance", "Date"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function start(known: () => AccountSnapshot | undefined = () => undefined) {
  const told: (readonly [account: string, used: number | undefined, limit: number | undefined])[] = [];
  const accounts = [MAIN, BARE];
  const counts = createCounts({ accounts, store: createMemoryStore(), now });
  const observed = ({ account }: { readonly account: string }, readings: readonly Reading[]) => {
    for (const { used, limit } of readings) told.push([account, used, limit]);
  };
  const declared = createDeclared({ accounts, counts, known, observed, now });
  return { told, counts, declared, used: () => told.map(([, used]) => used) };
}

describe("declared quotas", () => {
  it("are told at the first call, and of many calls at most twice a second", () => {
    const { declared, used } = start();
    for (let index = 0; index < 100; index++) declared.add(MAIN, now(), "opus", ONE);
    expect(used()).toEqual([1]);
    vi.advanceTimersByTime(500);
    expect(used()).toEqual([1, 100]);
    vi.advanceTimersByTime(60_000);
    expect(used()).toEqual([1, 100]);
  });

  it("are told as time passes when something changed, and each minute anyway", () => {
    const { declared, used } = start();
    declared.add(MAIN, now(), "opus", ONE);
    for (let step = 0; step < 8; step++) {
      vi.advanceTimersByTime(15_000);
      declared.evaluate();
    }
    expect(used()).toEqual([1, 1, 1]);
    vi.advanceTimersByTime(5 * 3_600_000);
    declared.evaluate();
    expect(used()).toEqual([1, 1, 1, 0]);
  });

  it("are told again at once while what was told waits for a second reading", () => {
    const { declared, used } = start(() => anAccount({ quotas: [aQuota({ doubtful: true })] }));
    declared.add(MAIN, now(), "opus", ONE);
    vi.advanceTimersByTime(15_000);
    declared.evaluate();

    expect(used()).toEqual([1, 1]);
  });

  it("are told as the config has them, and nothing is told of an account without", () => {
    const { declared, counts, told } = start();
    declared.evaluate();
    expect(declared.add(BARE, now(), "opus", ONE)).toBe(true);
    const next = [{ ...MAIN, declared: [{ ...PLAN, limit: 80 }] }];
    counts.replace(next);
    declared.replace(next);
    vi.advanceTimersByTime(60_000);

    expect(told).toEqual([
      ["main", undefined, 40],
      ["main", undefined, 80],
    ]);
  });
});
