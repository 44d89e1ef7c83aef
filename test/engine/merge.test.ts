import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completed, supersedes } from "../../src/engine/merge.ts";
import type { Confidence, Reading, Source } from "../../src/quota/reading.ts";
import { at, HOUR, MINUTE, only, quotaOf, startRun } from "../support/readings.ts";

const STALE_AFTER = 10 * MINUTE;

function told(source: Source, seconds: number, over: Partial<Reading> = {}): Reading {
  const isOurs = source === "count" || source === "declared";
  return {
    ...{ quota: "five_hour", kind: "rolling", unit: "requests", limit: 100, remaining: 50, enforcement: "hard" },
    ...{ periodSeconds: 5 * HOUR, source, confidence: isOurs ? "estimated" : "reported", readAt: at(seconds), ...over },
  };
}

describe("which of two sources tells of a quota", () => {
  it.each([
    ["the newer one", told("headers", 60), told("api", 0), true],
    ["not the older one", told("api", 0), told("headers", 60), false],
    ["not our count beside what the provider says", told("count", 60), told("api", 0), false],
    ["the provider instead of our newer count", told("api", 0), told("count", 60), true],
    ["our count, once what the provider said is stale", told("count", 11 * MINUTE), told("api", 0), true],
    ["our count, once the window that headers told of is over", told("count", 5 * HOUR), told("headers", 0), true],
    ["not our count, while that window goes on", told("count", 4 * HOUR), told("headers", 0), false],
    [
      "no answer that its provider calls uncertain",
      told("api", 60, { confidence: "degraded" }),
      told("headers", 0),
      false,
    ],
    ["at the same instant, who was asked", told("api", 0), told("headers", 0), true],
    ["at the same instant, not who was overheard", told("headers", 0), told("api", 0), false],
    ["a read that is far older, since a clock was set back", told("api", 0), told("headers", 2 * HOUR), true],
    ["no header that comes late", told("headers", 0), told("headers", 5), false],
    ["whatever a read tells after a read", told("api", 0), told("api", 60), true],
  ])("is %s", (_what, next, known, expected) => {
    expect(supersedes(next, known, STALE_AFTER)).toBe(expected);
  });

  it("is the same one, in whichever order two of them are told", () => {
    const reading = fc
      .record({
        source: fc.constantFrom<Source>("api", "headers", "probe", "count", "declared"),
        confidence: fc.constantFrom<Confidence>("reported", "estimated", "degraded"),
        seconds: fc.integer({ min: 0, max: 300 }),
      })
      .map(({ source, confidence, seconds }) => told(source, seconds, { confidence }));
    const winner = (first: Reading, then: Reading) => (supersedes(then, first, STALE_AFTER) ? then : first);

    fc.assert(
      fc.property(reading, reading, (one, other) => {
        fc.pre(one.source !== other.source);
        expect(winner(one, other)).toEqual(winner(other, one));
      }),
    );
  });
});

describe("of a reading from each of some sources", () => {
  const SOURCES: readonly Source[] = ["api", "headers", "probe", "count", "declared"];
  const sources = fc.shuffledSubarray([...SOURCES], { minLength: 1 });
  const each = sources.chain((chosen) =>
    fc.tuple(
      ...chosen.map((source) =>
        fc
          .record({ seconds: fc.integer({ min: 0, max: 300 }), isDegraded: fc.boolean(), used: fc.nat({ max: 100 }) })
          .map(({ seconds, isDegraded, used }) =>
            told(source, seconds, { remaining: 100 - used, ...(isDegraded && { confidence: "degraded" }) }),
          ),
      ),
    ),
  );
  const winnerOf = (readings: readonly Reading[]) =>
    readings.reduce((known, next) => (supersedes(next, known, STALE_AFTER) ? next : known));

  it("the same one is taken, in whichever order all of them are told", () => {
    const shuffled = each.chain((readings) =>
      fc.tuple(fc.constant(readings), fc.shuffledSubarray(readings, { minLength: readings.length })),
    );
    fc.assert(
      fc.property(shuffled, ([readings, others]) => {
        expect(winnerOf(others)).toEqual(winnerOf(readings));
      }),
      { numRuns: 500 },
    );
  });

  it("the one that is taken is one of them as it was told, never a sum, and telling it again changes nothing", () => {
    fc.assert(
      fc.property(each, (readings) => {
        const winner = winnerOf(readings);

        expect(readings).toContain(winner);
        expect(winnerOf([winner, ...readings])).toBe(winner);
      }),
    );
  });

  it("our own arithmetic is taken only where nobody else is certain", () => {
    fc.assert(
      fc.property(each, (readings) => {
        const isCertain = readings.some(({ confidence }) => confidence === "reported");

        expect(winnerOf(readings).confidence === "reported").toBe(isCertain);
      }),
    );
  });
});

describe("an overheard reading", () => {
  const known = told("api", 0, { kind: "credits", enforcement: "soft", resetAt: at(HOUR), periodSeconds: 2 * HOUR });
  const { periodSeconds: _, ...overheard } = told("headers", 60, { kind: "calendar", remaining: 7 });
  const whole = { ...overheard, kind: "credits", enforcement: "soft", resetAt: at(HOUR), periodSeconds: 2 * HOUR };

  it("takes what a quota is from the read that told it, and the amounts from the headers", () => {
    expect(completed(overheard, known)).toEqual(whole);
  });

  it("takes it from an overheard one that was completed before", () => {
    expect(completed({ ...overheard, readAt: at(90) }, completed(overheard, known))).toEqual({
      ...whole,
      readAt: at(90),
    });
  });

  it.each<[name: string, next: Reading, before: Reading | undefined, expected: Partial<Reading>]>([
    [
      "the reset and period of its own",
      { ...overheard, resetAt: at(90), periodSeconds: 30 },
      known,
      { resetAt: at(90), periodSeconds: 30 },
    ],
    ["the stop of a refusal", { ...overheard, refused: true }, known, { enforcement: "hard", kind: "credits" }],
    ["its own nature where nothing is known", overheard, undefined, { kind: "calendar", enforcement: "hard" }],
    ["its own nature beside another unit", overheard, { ...known, unit: "usd" }, { kind: "calendar" }],
    ["its own nature beside our count", overheard, { ...known, source: "count" }, { kind: "calendar" }],
    [
      "its own nature beside what the config declares",
      overheard,
      { ...known, source: "declared" },
      { kind: "calendar" },
    ],
  ])("keeps %s", (_name, next, before, expected) => {
    expect(completed(next, before)).toMatchObject(expected);
  });

  it("takes no reset that has passed", () => {
    expect(completed({ ...overheard, readAt: at(HOUR) }, known)).not.toHaveProperty("resetAt");
  });

  it("of a bucket is whole, as full ones have no reset", () => {
    const bucket = { ...overheard, kind: "rate_limit" } as const;

    expect(completed(bucket, { ...known, kind: "rate_limit" })).toEqual(bucket);
  });

  it("of a balance that a read told as one does not become a window", () => {
    const run = startRun();
    run.read({ quota: "budget", unit: "usd", kind: "credits", periodSeconds: undefined, remaining: 900 });
    run.pass(30);

    expect(only(run.observe({ quota: "budget", unit: "usd", kind: "calendar", remaining: 890 })).reading).toMatchObject(
      {
        source: "headers",
        kind: "credits",
        remaining: 890,
      },
    );
  });
});

describe("a quota that several sources tell of", () => {
  it("never adds them up", () => {
    const run = startRun();
    run.read({ remaining: 900 });
    run.pass(30);
    run.observe({ remaining: 890 });
    run.pass(30);

    expect(run.read({ remaining: 880 })).toMatchObject({
      consumedTotal: 20,
      reading: { source: "api", remaining: 880 },
    });
  });

  it("takes up what the provider says after our count without calling the difference use", () => {
    const run = startRun();
    run.observe({ source: "count", confidence: "estimated", limit: 1000, used: 10 });
    run.pass(60);

    expect(run.read({ remaining: 400 })).toMatchObject({
      consumedTotal: 0,
      reading: { source: "api", remaining: 400 },
    });
  });

  it("is not missing from the answers that never told it, as long as it holds", () => {
    const run = startRun();
    run.observe({ quota: "overheard", remaining: 700 });
    for (let minute = 0; minute < 60; minute++) {
      run.pass(MINUTE);
      run.readAll([{ remaining: 900 }]);
    }

    expect(quotaOf(run.show(), "overheard")).toMatchObject({ present: true, valid: true, gone: false });
  });

  it("is gone some time after its window", () => {
    const run = startRun();
    run.observe({
      quota: "overheard",
      kind: "rate_limit",
      remaining: 7,
      resetAt: at(MINUTE),
      periodSeconds: undefined,
    });
    for (let minute = 0; minute < 20; minute++) {
      run.pass(MINUTE);
      run.readAll([{ remaining: 900 }]);
    }

    expect(quotaOf(run.show(), "overheard")).toMatchObject({ valid: false, gone: true });
  });
});
