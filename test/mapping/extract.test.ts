import { describe, expect, it } from "vitest";
import { common, DAILY, misfit, NOW, one, run } from "./run-mapping.ts";

const LEFT = { remaining: "left" } as const;

describe("a mapping", () => {
  it("makes a quota of fields of the answer", async () => {
    const reading = { limit: "a.max", remaining: "a.left", reset_at: "a.resets", period: "1d" };

    expect(await one(reading, { a: { max: 500, left: "123", resets: "2026-12-01T00:00:00Z" } })).toEqual({
      ...{ quota: "daily", kind: "calendar", unit: "requests" },
      ...{ limit: 500, remaining: 123, resetAt: new Date("2026-12-01T00:00:00Z"), periodSeconds: 86_400 },
      ...common,
    });
  });

  it("makes one of every object of a list, with a name out of the answer", async () => {
    const rule = {
      each: "pools",
      quota: "=name & '_weekly'",
      kind: "rolling",
      unit: "ratio",
      percent_used: "p",
    } as const;

    const { readings } = await run([rule], {
      pools: [
        { name: "GPT 5 (High)", p: 30 },
        { name: "general", p: 0 },
      ],
    });

    expect(readings.map(({ quota, remaining }) => [quota, remaining])).toEqual([
      ["gpt_5_high_weekly", 0.7],
      ["general_weekly", 1],
    ]);
  });

  it("goes through the keys of an object", async () => {
    const rule = {
      each: "$entries(pools)",
      quota: "=key",
      kind: "credits",
      unit: "usd",
      remaining: "value.usd",
    } as const;

    const { readings } = await run([rule], { pools: { one: { usd: 1.5 }, two: { usd: -2 } } });

    expect(readings).toMatchObject([
      { quota: "one", remaining: 1.5 },
      { quota: "two", remaining: -2 },
    ]);
  });

  it("leaves out what `when` denies, and takes a missing flag for a no", async () => {
    const pools = [{ n: "a", on: true, left: 1 }, { n: "b", on: false }, { n: "c" }, { n: "d", on: null }];
    const { readings } = await run([{ ...DAILY, ...LEFT, quota: "=n", each: "pools", when: "on" }], { pools });

    expect(readings.map(({ quota }) => quota)).toEqual(["a"]);
  });

  it.each([
    ["missing", {}, 1],
    ["null", { off: null }, 1],
    ["false", { off: false }, 1],
    ["true", { off: true }, 0],
    ["not empty", { off: [0, "x"] }, 0],
    ["empty", { off: "" }, 1],
  ])("takes for not so what is %s", async (_name, flag, count) => {
    const { readings } = await run([{ ...DAILY, remaining: "1", when: "$not(off)" }], flag);

    expect(readings).toHaveLength(count);
  });

  it("finds the plan, the whole answer, the index and the settings from within a list", async () => {
    const rule = {
      ...DAILY,
      each: "l",
      quota: "=$variables.region & $index",
      remaining: "$answer.left - $index",
    } as const;

    expect(await run([rule], { left: 5, tier: "pro", l: [{}, {}] }, { plan: "tier" })).toMatchObject({
      plan: "pro",
      readings: [
        { quota: "eu0", remaining: 5 },
        { quota: "eu1", remaining: 4 },
      ],
    });
  });

  it("keeps the tightest of readings with the same id", async () => {
    const { readings } = await run([{ ...DAILY, each: "l", limit: "10", remaining: "x" }], {
      l: [{ x: 7 }, { x: 2 }, { x: 9 }],
    });

    expect(readings.map(({ remaining }) => remaining)).toEqual([2]);
  });

  it("keeps 32 of names that the answer makes up, the tightest, and counts the rest", async () => {
    const l = Array.from({ length: 40 }, (_, x) => ({ n: `pool ${x}`, x }));
    const { readings, dropped } = await run([{ ...DAILY, each: "l", quota: "=n", limit: "100", remaining: "x" }], {
      l,
    });

    expect(readings).toHaveLength(32);
    expect(dropped).toBe(8);
    expect(readings.map(({ remaining }) => remaining)).not.toContain(39);
  });

  it.each([
    [
      "what was used over the limit, though what is left stops at 0",
      { limit: "10", used: "12", remaining: "0" },
      { limit: 10, remaining: -2 },
    ],
    ["what was used alone, without a limit", { used: "3.5" }, { used: 3.5 }],
    ["a remainder above its limit as it is told", { limit: "10", remaining: "12" }, { limit: 10, remaining: 12 }],
    ["no cap", { limit: "-1", unlimited_when: "true", remaining: "left" }, { unlimited: true }],
    ["a refusal without numbers", { refused_when: "true", remaining: "left" }, { refused: true }],
    ["a served call without numbers", { served_when: "true", remaining: "left" }, { served: true }],
    ["a soft quota of an answer", { remaining: "1", enforcement: "='soft'" }, { enforcement: "soft" }],
    ["the models that it binds", { remaining: "1", models: ["a", "b"] }, { models: ["a", "b"] }],
    ["models of the answer", { remaining: "1", models: "['x', 'y']" }, { models: ["x", "y"] }],
    ["a refill", { remaining: "1", refill_per_second: "60 / 3600" }, { refillPerSecond: 1 / 60 }],
    ["a length in seconds that is calculated", { remaining: "1", period: "=5 * 3600" }, { periodSeconds: 18_000 }],
  ] as const)("tells %s", async (_name, reading, expected) => {
    expect(await one(reading as object, {})).toMatchObject(expected);
  });

  it.each([
    ["percent_used", "41", 0.59],
    ["percent_used", "112", -0.12],
    ["percent_used", "0.4", 0.996],
    ["percent_remaining", "64", 0.64],
    ["percent_remaining", "200", 2],
    ["fraction_used", "0.25", 0.75],
    ["fraction_remaining", "0.4172", 0.4172],
  ])("makes a share of %s %s", async (key, value, remaining) => {
    const reading = await one({ unit: "ratio", [key]: value }, {});

    expect(reading.limit).toBe(1);
    expect(reading.remaining).toBeCloseTo(remaining, 12);
  });
});

describe("what the provider does not know", () => {
  const degraded = { ...common, ...DAILY, confidence: "degraded" };

  it.each([
    ["null", { remaining: "left", limit: "max" }, { left: null, max: 3 }],
    ["a calculation with null", { remaining: "left - 1" }, { left: null }],
    ["an amount of null", { remaining: "$amount(left)" }, { left: null }],
  ])("shows no number of %s", async (_name, reading, answer) => {
    expect(await one(reading, answer)).toEqual(degraded);
  });

  it("tells the amount by another counter where one is null", async () => {
    expect(await one({ remaining: "left", used: "u", limit: "max" }, { left: null, u: 1, max: 3 })).toMatchObject({
      limit: 3,
      used: 1,
    });
  });

  it.each([
    ["nothing", {}],
    ["null", { r: null }],
    ["0", { r: 0 }],
    ["an empty text", { r: "" }],
    ["the year 1", { r: "0001-01-01T00:00:00Z" }],
  ])("has no reset of %s", async (_name, answer) => {
    expect(await one({ remaining: "1", reset_at: "r" }, answer)).not.toHaveProperty("resetAt");
  });

  it("has no readings of a list that is null", async () => {
    expect((await run([{ ...DAILY, ...LEFT, each: "l" }], { l: null })).readings).toEqual([]);
  });

  it.each([[[{ l: [] }]], [[{ l: [] }, { l: [] }]], [[{ l: [] }, { l: null }]]])(
    "has no readings where the list is empty on every page of %j",
    async (pages) => {
      expect((await run([{ ...DAILY, ...LEFT, each: "l" }], pages)).readings).toEqual([]);
    },
  );

  it.each([[[]], [[{}]], [[{ l: [] }, {}]]])("misses the list on a page of %j", async (pages) => {
    expect(await misfit({ ...LEFT, each: "l" }, pages)).toBe('$.l: readings.0.each = "l" finds nothing');
  });
});

describe("an answer that does not fit", () => {
  it.each([
    ["a text", "lots", '$.left: readings.0.remaining = "left" gives a text where a number is needed'],
    [
      "an amount with a sign",
      "$5",
      '$.left: readings.0.remaining = "left" gives a text where a number is needed; $amount(…) reads $1,234.50',
    ],
    [
      "a date",
      "2026-12-01T00:00:00Z",
      '$.left: readings.0.remaining = "left" gives a text where a number is needed; $amount(…) reads $1,234.50',
    ],
    ["a list", [1, 2], '$.left: readings.0.remaining = "left" gives a list where a number is needed'],
    ["an object", { x: 1 }, '$.left: readings.0.remaining = "left" gives an object where a number is needed'],
    ["true", true, '$.left: readings.0.remaining = "left" gives true where a number is needed'],
    ["an empty text", "", '$.left: readings.0.remaining = "left" gives a text where a number is needed'],
    ["NaN in a text", "NaN", '$.left: readings.0.remaining = "left" gives a text where a number is needed'],
  ])("names path, expression and what was found in place of a number: %s", async (_name, left, message) => {
    expect(await misfit(LEFT, { left })).toBe(message);
  });

  it("names the field that is missing", async () => {
    expect(await misfit({ remaining: "data.quota.left" }, { data: {} })).toBe(
      '$.data.quota.left: readings.0.remaining = "data.quota.left" finds nothing',
    );
  });

  it("names the object of a list", async () => {
    const rule = { each: "data.l", quota: "=n", remaining: "left" };

    expect(await misfit(rule, { data: { l: [{ n: "a", left: 1 }, { n: "b" }] } })).toBe(
      '$.data.l[1].left: readings.0.remaining = "left" finds nothing',
    );
    expect(await misfit(rule, { data: { l: [{ n: "a", left: 1 }, "x"] } })).toBe(
      '$.data.l[1]: readings.0.each = "data.l" gives a text where a list of objects is needed',
    );
    expect(await misfit(rule, { data: {} })).toBe('$.data.l: readings.0.each = "data.l" finds nothing');
  });

  it.each([
    [
      "infinity",
      { remaining: "1 / 0" },
      '$: readings.0.remaining = "1 / 0" gives no finite number where a number is needed',
    ],
    [
      "no number",
      { remaining: "$number('x')" },
      "$: readings.0.remaining = \"$number('x')\" makes a number of what is none",
    ],
    ["a function", { remaining: "$sum" }, '$: readings.0.remaining = "$sum" gives an object where a number is needed'],
    [
      "an error of its own",
      { remaining: "$error('no')" },
      "$: readings.0.remaining = \"$error('no')\" fails by $error",
    ],
    [
      "what only looks like an amount",
      { remaining: "$amount('1.2.3')" },
      "$: readings.0.remaining = \"$amount('1.2.3')\" finds no amount",
    ],
    [
      "a limit below zero",
      { limit: "-1", remaining: "1" },
      '$: readings.0.limit = "-1" gives a number that is no limit; unlimited_when says what stands for none',
    ],
    [
      "less than nothing used",
      { used: "-3" },
      '$: readings.0.used = "-3" gives a number that is no amount, as it is below 0 or beyond all counting',
    ],
    [
      "a flag that is none",
      { remaining: "1", unlimited_when: "1" },
      '$: readings.0.unlimited_when = "1" gives a number where true or false is needed',
    ],
    [
      "an unknown unit",
      { remaining: "1", unit: "='euro'" },
      /^\$: readings\.0\.unit = "'euro'" gives none of requests, tokens/,
    ],
    [
      "a name that no id begins with",
      { remaining: "1", quota: "='5 hours'" },
      "$: readings.0.quota = \"'5 hours'\" gives a name that no id can begin with",
    ],
    ["no name", { remaining: "1", quota: "=name" }, '$.name: readings.0.quota = "name" finds nothing'],
    [
      "a list that never ends",
      { remaining: "$sum([1..1000000])" },
      '$: readings.0.remaining = "$sum([1..1000000])" makes a list of more than 20000',
    ],
    [
      "calls without end",
      { remaining: "($f := function($n) { 1 + $f($n) }; $f(1))" },
      /calls itself more than 200 levels deep$/,
    ],
  ])("says what an expression does: %s", async (_name, reading, message) => {
    const found = await misfit(reading as object, {});

    if (typeof message === "string") expect(found).toBe(message);
    else expect(found).toMatch(message);
  });

  it.each([
    [
      "a percent for a fraction",
      { fraction_used: "41" },
      "gives a number that is no share from 0 to 1; percent_used takes percents",
    ],
    ["a count for a percent", { percent_used: "37000" }, "gives a number that is no share in percent"],
    ["less than none", { percent_used: "-1" }, "gives a number that is no share in percent"],
  ])("finds a share in the wrong unit: %s", async (_name, reading, what) => {
    expect(await misfit({ unit: "ratio", ...reading }, {})).toContain(what);
  });

  it("never repeats a value of the answer", async () => {
    const planted = "sk-planted-0123456789";
    const answers = [{ left: planted }, { left: [planted] }, { left: { [planted]: 1 } }, { [planted]: 1 }];
    const rules = [
      LEFT,
      { remaining: "$number(left)" },
      { remaining: "left + 1" },
      { quota: "=left", remaining: "'x'" },
      { remaining: "$error(left)" },
    ];
    for (const answer of answers) for (const rule of rules) expect(await misfit(rule, answer)).not.toContain(planted);
  });
});

describe("times", () => {
  it.each([
    ["auto", "1795737600", "2026-11-27T00:00:00.000Z"],
    ["auto", "1795737600000", "2026-11-27T00:00:00.000Z"],
    ["auto", "3600", "2026-11-21T13:00:00.000Z"],
    ["auto", "'1795737600'", "2026-11-27T00:00:00.000Z"],
    ["auto", "'2026-11-27'", "2026-11-27T00:00:00.000Z"],
    ["auto", "'2026-11-27T02:00:00+02:00'", "2026-11-27T00:00:00.000Z"],
    ["auto", "'2026-11-27 00:00:00'", "2026-11-27T00:00:00.000Z"],
    ["auto", "'2026-11-27T00:00:00.123456789Z'", "2026-11-27T00:00:00.123Z"],
    ["auto", "'Fri, 27 Nov 2026 00:00:00 GMT'", "2026-11-27T00:00:00.000Z"],
    ["auto", "'1h30m'", "2026-11-21T13:30:00.000Z"],
    ["epoch_s", "1795737600", "2026-11-27T00:00:00.000Z"],
    ["epoch_ms", "1795737600000", "2026-11-27T00:00:00.000Z"],
    ["delta_s", "60", "2026-11-21T12:01:00.000Z"],
    ["delta_ms", "60000", "2026-11-21T12:01:00.000Z"],
    ["delta_s", "-60", "2026-11-21T11:59:00.000Z"],
    ["duration", "'5m'", "2026-11-21T12:05:00.000Z"],
    ["iso", "'2026-11-27T00:00:00Z'", "2026-11-27T00:00:00.000Z"],
    ["http_date", "'Fri, 27 Nov 2026 00:00:00 GMT'", "2026-11-27T00:00:00.000Z"],
  ] as const)("as %s: %s", async (time_format, reset_at, expected) => {
    expect((await one({ remaining: "1", time_format, reset_at }, {})).resetAt?.toISOString()).toBe(expected);
  });

  it.each([
    ["seconds as milliseconds", "epoch_ms", "1795737600", "gives a time before 2001 as epoch_ms"],
    ["milliseconds as seconds", "epoch_s", "1795737600000", "gives a time after 2099 as epoch_s"],
    ["an instant as a countdown", "delta_s", "1795737600", "gives a number that is no time as delta_s"],
    ["a word", "auto", "'soon'", "gives a text that is no time"],
    ["a day that does not exist", "iso", "'2026-02-30'", "gives a text that is no time as iso"],
    ["true", "auto", "true", "gives true that is no time"],
    ["a number as a text", "iso", "1795737600", "gives a number that is no time as iso"],
  ] as const)("finds %s", async (_name, time_format, reset_at, what) => {
    expect(await misfit({ remaining: "1", time_format, reset_at }, {})).toContain(what);
  });

  it.each([
    ["the day", { every: "day" }, "2026-11-22T00:00:00.000Z", 86_400],
    ["the week", { every: "week" }, "2026-11-23T00:00:00.000Z", 604_800],
    ["the month", { every: "month" }, "2026-12-01T00:00:00.000Z", undefined],
    [
      "eight in the evening in New York",
      { every: "day", at: "20:00", zone: "America/New_York" },
      "2026-11-22T01:00:00.000Z",
      86_400,
    ],
    ["the 14th", { every: "month", on: 14 }, "2026-12-14T00:00:00.000Z", undefined],
    ["Sunday", { every: "week", on: "sunday" }, "2026-11-22T00:00:00.000Z", 604_800],
  ] as const)("follows the calendar: %s", async (_name, reset, resetAt, periodSeconds) => {
    const reading = await one({ remaining: "1", reset }, {});

    expect(reading.resetAt?.toISOString()).toBe(resetAt);
    expect(reading.periodSeconds).toBe(periodSeconds);
    expect(NOW < (reading.resetAt ?? NOW)).toBe(true);
  });
});

describe("what is told of each expression", () => {
  it("is a value, or why there is none", async () => {
    const rule = { ...DAILY, remaining: "data.left", limit: "data.max", reset_at: "data.at" };

    const { traces } = await run([rule], { data: { left: 3, max: null } });

    expect(traces.map(({ field, outcome, told }) => [field, outcome, told])).toEqual([
      ["readings.0.limit", "null", "unknown: $.data.max is null"],
      ["readings.0.remaining", "value", "3"],
      ["readings.0.reset_at", "missing", "unknown: $.data.at is not there"],
    ]);
    expect(traces.every(({ quota, at }) => quota === "daily" && at === "$")).toBe(true);
  });
});
