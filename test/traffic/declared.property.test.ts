import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Declaration, DeclaredWindow } from "../../src/quota/declaration.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createCounts } from "../../src/traffic/counts.ts";

// Much work for a machine that is busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const ACCOUNT = { provider: "acme", account: "main" };
const MINUTE_MS = 60_000;
const DAY = 1440;
/** A Monday at midnight. */
const BEGIN = Date.parse("2026-11-16T00:00:00Z");

function declared(window: DeclaredWindow, over: Partial<Declaration> = {}): Declaration {
  return {
    ...{ quota: "plan", unit: "requests", limit: 100, window, enforcement: "hard", countable: true },
    ...{ weights: [{ model: "*opus*", factor: 5 }], ...over },
  };
}

interface Call {
  /** In minutes since the beginning, and how many minutes later it is told. */
  readonly at: number;
  readonly late: number;
  readonly model: string;
}

/** Of five days, or close together: so that windows both follow each other and are used often. */
const call = fc.record({
  at: fc.oneof(fc.integer({ min: 0, max: 5 * DAY }), fc.integer({ min: 0, max: 900 })),
  late: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: DAY })),
  model: fc.constantFrom("claude-opus-5", "haiku"),
});
const calls = fc.array(call, { minLength: 1, maxLength: 60 });
const restartsOf = fc.array(fc.nat({ max: 60 }), { maxLength: 3 });

const told = ({ at, late }: Call) => at + late;
const costOf = ({ model }: Call) => (model === "haiku" ? 1 : 5);
const inOrder = (list: readonly Call[]) => list.toSorted((a, b) => told(a) - told(b) || a.at - b.at);
const minute = (index: number) => new Date(BEGIN + index * MINUTE_MS);

interface Look {
  readonly reading: Reading;
  readonly now: number;
  /** What was told by then. */
  readonly known: readonly Call[];
}

/** Counts these calls in the order in which they are told, with restarts before some of them, and looks after each. */
function countAll(list: readonly Call[], declaration: Declaration, restarts: readonly number[] = []): readonly Look[] {
  const store = createMemoryStore();
  const accounts = [{ ...ACCOUNT, declared: [declaration] }];
  let now = 0;
  const open = () => createCounts({ accounts, store, now: () => minute(now) });
  let counts = open();
  return inOrder(list).map((one, index, all) => {
    now = told(one);
    counts.prune(minute(now));
    if (restarts.includes(index)) counts = open();
    counts.add(ACCOUNT, minute(one.at), one.model, { requests: 1, inputTokens: 0, outputTokens: 0 });
    return { reading: only(counts.readings(ACCOUNT, minute(now))), now, known: all.slice(0, index + 1) };
  });
}

function only([reading, ...others]: readonly Reading[]): Reading {
  if (reading === undefined || others.length > 0) throw new Error(`${others.length + 1} readings`);
  return reading;
}

const sum = (list: readonly Call[]) => list.reduce((total, one) => total + costOf(one), 0);
const usedIn = (list: readonly Call[], from: number, to: number) => sum(list.filter(({ at }) => at >= from && at < to));

/** The window that is open at `now`, from all calls there were. */
function naiveFixed(list: readonly Call[], length: number, now: number): { used: number; end?: number } {
  let end = -Infinity;
  for (const { at } of list.toSorted((a, b) => a.at - b.at)) if (at >= end && end <= now) end = at + length;
  return end > now ? { used: usedIn(list, end - length, end), end } : { used: 0 };
}

describe("the use of a declared quota is that of a naive recount, whatever comes late and whenever it is restarted", () => {
  const always = (window: DeclaredWindow, expected: (look: Look) => Partial<Reading>) =>
    fc.assert(
      fc.property(calls, restartsOf, (list, restarts) => {
        for (const look of countAll(list, declared(window), restarts)) {
          expect(look.reading).toMatchObject({
            source: "count",
            confidence: "estimated",
            limit: 100,
            ...expected(look),
          });
          if (!("resetAt" in expected(look))) expect(look.reading.resetAt).toBeUndefined();
        }
      }),
    );

  it.each([10, 180, 300, 7 * DAY])("of a window of %i minutes from its first use", (length) => {
    always({ kind: "rolling", minutes: length, sliding: false }, ({ known, now }) => {
      const { used, end } = naiveFixed(known, length, now);
      return { used, ...(end !== undefined && { resetAt: minute(end) }) };
    });
  });

  it("of a sliding window", () => {
    always({ kind: "rolling", minutes: 600, sliding: true }, ({ known, now }) => ({
      ...{ used: usedIn(known, now - 599, now + 1), sliding: true, periodSeconds: 36_000 },
    }));
  });

  it("of a day of the calendar", () => {
    always({ kind: "calendar", period: "day", zone: "UTC", weekStart: "monday" }, ({ known, now }) => {
      const day = Math.floor(now / DAY) * DAY;
      return { used: usedIn(known, day, day + DAY), resetAt: minute(day + DAY) };
    });
  });

  it("of credits, which never come back", () => {
    always({ kind: "credits" }, ({ known }) => ({ used: sum(known) }));
  });
});

describe("counting", () => {
  const FIVE_HOURS = { kind: "rolling", minutes: 300, sliding: false } as const;

  const last = (looks: readonly Look[]) => looks.at(-1)?.reading;

  it("does not depend on the order within a minute", () => {
    const inOneMinute = fc.array(fc.constantFrom("claude-opus-5", "haiku", "claude-opus-5-fast"), { minLength: 1 });
    const together = (models: readonly string[]) => models.map((model) => ({ at: 7, late: 0, model }));
    fc.assert(
      fc.property(inOneMinute, fc.infiniteStream(fc.nat()), (models, keys) => {
        const keyed = models.map((model) => ({ model, key: keys.next().value ?? 0 }));
        const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ model }) => model);

        expect(last(countAll(together(shuffled), declared(FIVE_HOURS)))).toEqual(
          last(countAll(together(models), declared(FIVE_HOURS))),
        );
      }),
    );
  });

  it("is linear in the weights", () => {
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 50 }), (list, factor) => {
        const weighted = (weight: number) =>
          last(countAll(list, declared(FIVE_HOURS, { weights: [{ model: "*", factor: weight }] })))?.used ?? NaN;

        expect(weighted(factor)).toBe(factor * weighted(1));
      }),
    );
  });

  it("is never negative and never fails, whatever it is told and wherever the clock is set", () => {
    const odd = fc.oneof(fc.double(), fc.constantFrom(-1, -0, NaN, Infinity, -Infinity));
    const tally = fc.record({ requests: odd, inputTokens: odd, outputTokens: odd });
    const step = fc.record({
      clock: fc.integer({ min: -9 * DAY, max: 9 * DAY }),
      at: fc.integer({ min: -9 * DAY, max: 9 * DAY }),
      tally,
    });
    const windows: readonly DeclaredWindow[] = [
      FIVE_HOURS,
      { ...FIVE_HOURS, sliding: true },
      { kind: "calendar", period: "month", zone: "America/Los_Angeles", weekStart: "monday" },
      { kind: "credits" },
    ];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(...windows), (steps, window) => {
        let clock = 0;
        const declaration = declared(window, { unit: "tokens" });
        const store = createMemoryStore();
        const accounts = [{ ...ACCOUNT, declared: [declaration] }];
        const counts = createCounts({ accounts, store, now: () => minute(clock) });
        for (const { clock: next, at, tally: one } of steps) {
          clock = next;
          counts.add(ACCOUNT, minute(at), "haiku", one);
          const { used = 0, resetAt = minute(clock + 1) } = only(counts.readings(ACCOUNT, minute(clock)));
          expect(used).toBeGreaterThanOrEqual(0);
          expect(resetAt.getTime()).toBeGreaterThan(minute(clock).getTime());
        }
      }),
    );
  });
});
