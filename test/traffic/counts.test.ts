import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Declaration, DeclaredWindow } from "../../src/quota/declaration.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { createCounts } from "../../src/traffic/counts.ts";
import { HOUR, MINUTE } from "../support/readings.ts";

// Much work for a machine that is busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const ACCOUNT = { provider: "acme", account: "main" };
const ONE = { requests: 1, inputTokens: 100, outputTokens: 20 };
const FIVE_HOURS: DeclaredWindow = { kind: "rolling", minutes: 300, sliding: false };
/** A Monday at midnight. */
const BEGIN = Date.parse("2026-11-16T00:00:00Z");
const at = (seconds: number) => new Date(BEGIN + seconds * 1000);

const plan = (over: Partial<Declaration> = {}): Declaration => ({
  ...{ quota: "plan", unit: "requests", limit: 40, window: FIVE_HOURS, enforcement: "hard", countable: true },
  ...{ weights: [], ...over },
});

let folder: string;
let store: Store;
let now: Date;

const open = () =>
  openStore({ state: { path: join(folder, "state.db") }, now: () => now, onWrite: () => undefined }).store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counts-"));
  now = at(0);
  store = open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const counting = (...declared: readonly Declaration[]) =>
  createCounts({ accounts: [{ ...ACCOUNT, declared }], store, now: () => now });

/** What a process knows that begins now on what another one left. */
async function restarted(...declared: readonly Declaration[]) {
  await store.close();
  store = open();
  return counting(...declared);
}

describe("a declared quota", () => {
  it("is unknown until a call was counted for it, but for what the config says", () => {
    const counts = counting(
      plan({ models: ["opus"] }),
      plan({ quota: "day", window: { kind: "calendar", period: "day", zone: "UTC", weekStart: "monday" } }),
    );
    const known = { limit: 40, enforcement: "hard", confidence: "estimated", readAt: at(0), unit: "requests" };

    expect(counts.readings(ACCOUNT, at(0))).toEqual([
      {
        ...known,
        quota: "plan",
        kind: "rolling",
        periodSeconds: 5 * HOUR,
        source: "declared",
        models: ["opus"],
        partial: true,
      },
      {
        ...known,
        quota: "day",
        kind: "calendar",
        periodSeconds: 24 * HOUR,
        source: "declared",
        resetAt: at(24 * HOUR),
      },
    ]);
    counts.add(ACCOUNT, at(0), "haiku", ONE);
    expect(counts.readings(ACCOUNT, at(0)).map(({ source, used }) => [source, used])).toEqual([
      ["declared", undefined],
      ["count", 1],
    ]);
  });

  it("has nothing used and no reset once its window is over, and begins again with the next call", () => {
    const counts = counting(plan());
    counts.add(ACCOUNT, at(0), "opus", ONE);
    now = at(5 * HOUR - 1);
    expect(counts.readings(ACCOUNT, now)).toMatchObject([{ used: 1, resetAt: at(5 * HOUR) }]);
    now = at(5 * HOUR);
    expect(counts.readings(ACCOUNT, now)[0]).toMatchObject({ used: 0, source: "count" });
    expect(counts.readings(ACCOUNT, now)[0]).not.toHaveProperty("resetAt");
    now = at(7 * HOUR);
    counts.add(ACCOUNT, now, "opus", ONE);
    expect(counts.readings(ACCOUNT, now)).toMatchObject([{ used: 1, resetAt: at(12 * HOUR) }]);
  });

  it.each<[string, Partial<Declaration>, number]>([
    ["requests", { unit: "requests" }, 3],
    ["tokens", { unit: "tokens" }, 360],
    ["input tokens", { unit: "input_tokens" }, 300],
    ["output tokens", { unit: "output_tokens" }, 60],
    [
      "requests by weight",
      {
        weights: [
          { model: "*opus*", factor: 5 },
          { model: "*", factor: 0.2 },
        ],
      },
      10.2,
    ],
    [
      "the first weight that fits",
      {
        weights: [
          { model: "*", factor: 2 },
          { model: "*opus*", factor: 5 },
        ],
      },
      6,
    ],
    ["some models", { models: ["*opus*"] }, 2],
    ["some models by weight", { models: ["haiku"], weights: [{ model: "HAIKU", factor: 7 }] }, 7],
    ["what a request costs", { unit: "usd", window: { kind: "credits" }, weights: [{ model: "*", factor: 0.1 }] }, 0.3],
  ])("counts %s", (_what, over, used) => {
    const counts = counting(plan(over));
    for (const model of ["claude-opus-5", "haiku", "opus"]) counts.add(ACCOUNT, at(60), model, ONE);

    expect(counts.readings(ACCOUNT, at(60))).toMatchObject([{ used }]);
  });

  it("slides minute by minute", () => {
    const counts = counting(plan({ window: { ...FIVE_HOURS, sliding: true } }));
    counts.add(ACCOUNT, at(0), "opus", ONE);
    now = at(MINUTE);
    counts.add(ACCOUNT, now, "opus", ONE);
    const usedAt = (seconds: number) => counts.readings(ACCOUNT, at(seconds))[0]?.used;

    expect([MINUTE, 5 * HOUR - 1, 5 * HOUR, 5 * HOUR + MINUTE].map(usedAt)).toEqual([2, 2, 1, 0]);
  });

  it("of credits that have expired is told no more", () => {
    const counts = counting(plan({ window: { kind: "credits", expiresAt: at(HOUR) } }));
    counts.add(ACCOUNT, at(0), "opus", ONE);

    expect(counts.readings(ACCOUNT, at(HOUR - 1))).toMatchObject([{ used: 1, expiresAt: at(HOUR) }]);
    expect(counts.readings(ACCOUNT, at(HOUR))).toEqual([]);
  });

  it("that nobody can count stays unknown", () => {
    const counts = counting(plan({ unit: "usd", countable: false, window: { kind: "credits", expiresAt: at(HOUR) } }));
    counts.add(ACCOUNT, at(0), "opus", ONE);

    expect(counts.readings(ACCOUNT, at(0))).toMatchObject([{ source: "declared", limit: 40 }]);
  });
});

describe("after a restart", () => {
  it("windows go on where they began, though what began them is forgotten", async () => {
    let counts = counting(plan());
    const looks: unknown[] = [];
    const expected: unknown[] = [];
    // A call each seven minutes for six days: windows begin with the first call after the end of the one before.
    let start = 0;
    for (let minute = 0; minute < 6 * 1440; minute += 7) {
      now = at(minute * MINUTE);
      if (minute >= start + 300) start = minute;
      counts.add(ACCOUNT, now, "opus", ONE);
      const [reading] = counts.readings(ACCOUNT, now);
      if (minute % 490 === 0) {
        counts.prune(now);
        counts = await restarted(plan());
        looks.push([counts.readings(ACCOUNT, now)[0]?.used, reading?.used, reading?.resetAt]);
        const used = (minute - start) / 7 + 1;
        expected.push([used, used, at((start + 300) * MINUTE)]);
      }
    }

    expect(looks).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
  });

  it("credits have used what they had, long after the counts are gone", async () => {
    const credits = plan({ window: { kind: "credits" }, weights: [{ model: "*", factor: 0.5 }] });
    let counts = counting(credits);
    for (let day = 0; day < 60; day++) {
      now = at(day * 24 * HOUR);
      counts.add(ACCOUNT, now, "opus", ONE);
      counts.prune(now);
      counts = await restarted(credits);
    }

    expect(counts.readings(ACCOUNT, now)).toMatchObject([{ used: 30 }]);
    let kept = 0;
    store.eachCount(ACCOUNT, 0, () => kept++);
    expect(kept).toBe(2);
  });

  it("a package that expires at another time is another one", async () => {
    const until = (seconds: number) => plan({ window: { kind: "credits", expiresAt: at(seconds) } });
    counting(until(HOUR)).add(ACCOUNT, at(0), "opus", ONE);

    expect((await restarted(until(HOUR))).readings(ACCOUNT, at(0))).toMatchObject([{ source: "count", used: 1 }]);
    expect((await restarted(until(2 * HOUR))).readings(ACCOUNT, at(0))).toMatchObject([{ source: "declared" }]);
  });

  it("other weights hold for what was counted in the window before", async () => {
    counting(plan()).add(ACCOUNT, at(0), "opus", ONE);
    const counts = await restarted(plan({ weights: [{ model: "opus", factor: 5 }] }));

    expect(counts.readings(ACCOUNT, at(60))).toMatchObject([{ used: 5, resetAt: at(5 * HOUR) }]);
  });
});

describe("a change of the config", () => {
  it("goes on with what was counted, also of a quota that is declared only now", () => {
    const counts = counting(plan());
    counts.add(ACCOUNT, at(0), "opus", ONE);
    const changed = [plan({ limit: 80 }), plan({ quota: "tokens", unit: "tokens" })];
    counts.replace([{ ...ACCOUNT, declared: changed }]);

    expect(counts.readings(ACCOUNT, at(0))).toMatchObject([
      { quota: "plan", limit: 80, used: 1 },
      { quota: "tokens", used: 120 },
    ]);
    expect(counts.totals(ACCOUNT)).toEqual(new Map([["opus", ONE]]));
  });

  it("that takes the account away ends its counting", () => {
    const counts = counting(plan());
    counts.replace([]);

    expect(counts.add(ACCOUNT, at(0), "opus", ONE)).toBe(false);
    expect(counts.readings(ACCOUNT, at(0))).toEqual([]);
  });
});

describe("what is counted", () => {
  it.each([
    ["a day ago", -24 * HOUR, true],
    ["more than a day ago", -24 * HOUR - MINUTE, false],
    ["by a clock that is ten minutes ahead", 10 * MINUTE, true],
    ["by a clock that is further ahead", 11 * MINUTE, false],
    ["at no time at all", NaN, false],
  ])("was used %s: %j", (_when, seconds, isCounted) => {
    const counts = counting(plan());

    expect(counts.add(ACCOUNT, at(seconds), "opus", ONE)).toBe(isCounted);
    expect(counts.totals(ACCOUNT).size).toBe(isCounted ? 1 : 0);
  });

  it("is told apart by 64 models, the others are one, also after a restart", async () => {
    const before = counting(plan());
    for (let index = 0; index < 200; index++) before.add(ACCOUNT, at(0), `model-${index}`, ONE);
    before.add(ACCOUNT, at(0), "x".repeat(200), ONE);
    before.add(ACCOUNT, at(0), undefined, ONE);
    const after = await restarted(plan());
    after.add(ACCOUNT, at(0), "model-3", ONE);
    after.add(ACCOUNT, at(0), "model-199", ONE);

    expect(before.totals(ACCOUNT).size).toBe(64);
    expect(before.totals(ACCOUNT).get("other")).toMatchObject({ requests: 139 });
    expect([...after.totals(ACCOUNT).keys()]).toEqual(["model-3", "other"]);
    expect(after.readings(ACCOUNT, at(0))).toMatchObject([{ used: 204 }]);
  });

  it("takes a row for each minute and model, however many calls there are", () => {
    const counts = counting(plan({ limit: 1e9 }));
    for (let index = 0; index < 100_000; index++) {
      now = at(Math.floor(index / 1000) * MINUTE);
      counts.add(ACCOUNT, now, index % 2 === 0 ? "opus" : "haiku", ONE);
    }
    let rows = 0;
    store.eachCount(ACCOUNT, 0, () => rows++);

    expect(rows).toBe(200);
    expect(counts.readings(ACCOUNT, now)).toMatchObject([{ used: 100_000 }]);
  });
});
