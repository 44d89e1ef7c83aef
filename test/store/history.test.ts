import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import type { ReadOutcome } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { MOST_POINTS } from "../../src/store/history.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { aBalance, aReading, inSeconds, NOW } from "../support/snapshot.ts";

const MAIN = { provider: "nanogpt", account: "main" };
const LONG_AGO = inSeconds(-30 * 86_400);
const QUOTA = aReading().quota;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "history-"));
  folders.push(folder);
  return join(folder, "state.db");
}

const openSqlite = (path = newPath()): Store =>
  openStore({ state: { path }, now: () => NOW, onWrite: () => undefined }).store;

function outcome(seconds: number, ...readings: readonly Reading[]): ReadOutcome {
  return { ok: true, at: inSeconds(seconds), seconds: 0.1, answer: { readings, metered: true } };
}

describe.each([
  { kind: "sqlite", open: () => openSqlite() },
  { kind: "memory", open: createMemoryStore },
])("the history of the $kind store", ({ open }) => {
  it("tells what was left of one quota, oldest first", async () => {
    const store = open();
    const resetAt = inSeconds(3600);
    store.append(MAIN, outcome(-120, aReading({ remaining: 80, limit: 100, resetAt }), aBalance(7)));
    store.append(MAIN, outcome(-60, aBalance(6)));
    store.append(MAIN, outcome(-30, aReading({ remaining: 70, limit: 90, resetAt: inSeconds(7200) })));

    expect(store.history(MAIN, QUOTA, LONG_AGO)).toEqual([
      { at: inSeconds(-120), remaining: 80, limit: 100, resetAt },
      { at: inSeconds(-30), remaining: 70, limit: 90, resetAt: inSeconds(7200) },
    ]);
    expect(store.history(MAIN, "balance", LONG_AGO)).toEqual([
      { at: inSeconds(-120), remaining: 7, limit: undefined, resetAt: undefined },
      { at: inSeconds(-60), remaining: 6, limit: undefined, resetAt: undefined },
    ]);
    await store.close();
  });

  it("tells only what was read since the time it is asked for", async () => {
    const store = open();
    for (const seconds of [-300, -200, -100]) store.append(MAIN, outcome(seconds, aBalance(-seconds)));

    const points = store.history(MAIN, "balance", inSeconds(-200));

    expect(points.map(({ remaining }) => remaining)).toEqual([200, 100]);
    await store.close();
  });

  it("derives what is left from limit and use, and leaves out what tells neither", async () => {
    const store = open();
    const { remaining: _remaining, limit: _limit, ...bare } = aReading();
    store.append(MAIN, outcome(-50, { ...bare, limit: 100, used: 40 }));
    store.append(MAIN, outcome(-40, { ...bare, confidence: "degraded" }));
    store.append(MAIN, outcome(-30, { ...bare, used: 41 }));
    store.append(MAIN, outcome(-20, { ...bare, unlimited: true }));
    store.append(MAIN, { ok: false, at: inSeconds(-10), seconds: 8, reason: "timeout", message: "no answer" });

    const points = store.history(MAIN, QUOTA, LONG_AGO);

    expect(points.map(({ at, remaining }) => [at, remaining])).toEqual([[inSeconds(-50), 60]]);
    await store.close();
  });

  it("is empty for an account or a quota that was never read, also under a hostile name", async () => {
    const store = open();
    store.append(MAIN, outcome(-60, aBalance(6)));

    expect(store.history(MAIN, "' OR 1=1 --", LONG_AGO)).toEqual([]);
    expect(store.history({ provider: "nanogpt", account: "other" }, "balance", LONG_AGO)).toEqual([]);
    expect(store.history({ provider: "deepseek", account: "main" }, "balance", LONG_AGO)).toEqual([]);
    await store.close();
  });

  it("has at most about 300 points, from the first to the newest, however often was read", async () => {
    const store = open();
    for (let left = 5000; left >= 0; left--) store.append(MAIN, outcome(-left, aBalance(left)));

    const points = store.history(MAIN, "balance", inSeconds(-5000));

    expect(points.length).toBeGreaterThan(100);
    expect(points.length).toBeLessThanOrEqual(302);
    expect(points.at(-1)).toMatchObject({ at: NOW, remaining: 0 });
    expect(points[0]?.remaining).toBeGreaterThan(4900);
    expect(points.map(({ remaining }) => remaining)).toEqual(
      points.map(({ remaining }) => remaining).toSorted((one, other) => other - one),
    );
    await store.close();
  });
});

describe("the history in memory", () => {
  const WEEK = 7 * 86_400;
  const MINUTES = 5 * 60;
  const since = inSeconds(-2 * WEEK);
  const weekly = { ...aReading(), limit: 100, remaining: 50, periodSeconds: WEEK };
  /** Read every five minutes for a month, except between these two times. */
  function longRun(from = 0, to = 0): readonly number[] {
    const store = createMemoryStore();
    for (let seconds = -30 * 86_400; seconds <= 0; seconds += MINUTES) {
      if (seconds <= from || seconds >= to) store.append(MAIN, outcome(seconds, weekly));
    }
    const points = store.history(MAIN, QUOTA, since);
    return points.slice(1).map(({ at }, index) => (at.getTime() - (points[index]?.at.getTime() ?? 0)) / 1000);
  }

  it("leaves no gap that a chart would show as a time without readings, however long it grows", () => {
    const between = longRun();
    expect(between.reduce((sum, seconds) => sum + seconds)).toBeGreaterThan(1.95 * WEEK);
    expect(Math.max(...between)).toBeLessThan((4 * 2 * WEEK) / MOST_POINTS);
  });

  it("keeps the gap in which nothing was read", () => {
    const between = longRun(-5 * 86_400, -4 * 86_400);
    expect(between.filter((seconds) => seconds > (4 * 2 * WEEK) / MOST_POINTS)).toEqual([expect.closeTo(86_400, -4)]);
  });

  it("of a short window is not spread over the long time before it", () => {
    const store = createMemoryStore();
    for (let seconds = -30 * 86_400; seconds <= 0; seconds += MINUTES) {
      store.append(MAIN, outcome(seconds, { ...weekly, periodSeconds: 5 * 3600 }));
    }
    expect(store.history(MAIN, QUOTA, inSeconds(-10 * 3600))).toHaveLength(121);
  });
});

it("is still known after a restart, and without a row that was damaged", async () => {
  const path = newPath();
  const first = openSqlite(path);
  for (const seconds of [-60, -40, -20]) first.append(MAIN, outcome(seconds, aBalance(-seconds)));
  await first.close();
  const database = new DatabaseSync(path);
  database.exec(`UPDATE outcome SET body = '{"ok":true,"answer' WHERE at = ${inSeconds(-40).getTime() / 1000}`);
  database.close();

  const second = openSqlite(path);

  expect(second.history(MAIN, "balance", LONG_AGO).map(({ remaining }) => remaining)).toEqual([60, 20]);
  await second.close();
});
