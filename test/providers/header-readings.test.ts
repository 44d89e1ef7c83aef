import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { headerReadings, type KnownBuckets, upstreamHeaders } from "../../src/providers/header-readings.ts";
import { expectValidReading } from "../contract/expect-valid.ts";
import { at, epochIn, NOW } from "./understood.ts";

function read(headers: Record<string, string>, known?: KnownBuckets) {
  return headerReadings(headers, NOW, known).map(
    ({ quota, kind, unit, limit, remaining, resetAt, periodSeconds, sliding }) => ({
      quota,
      ...(kind !== "rate_limit" && { kind }),
      ...(unit !== quota && { unit }),
      ...(limit !== undefined && { limit }),
      remaining,
      ...(resetAt !== undefined && { resetAt }),
      ...(periodSeconds !== undefined && { periodSeconds }),
      ...(sliding !== undefined && { sliding }),
    }),
  );
}

describe("headerReadings", () => {
  it.each<[name: string, headers: Record<string, string>, found: readonly object[]]>([
    [
      "OpenAI",
      {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-remaining-tokens": "199987",
      },
      [
        { quota: "requests", limit: 500, remaining: 499, resetAt: at("12:00:00.120") },
        { quota: "tokens", remaining: 199_987 },
      ],
    ],
    [
      "Anthropic, behind a gateway",
      {
        "anthropic-ratelimit-output-tokens-limit": "8000",
        "anthropic-ratelimit-output-tokens-remaining": "7000",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-21T12:00:07Z",
      },
      [{ quota: "output_tokens", limit: 8000, remaining: 7000, resetAt: at("12:00:07") }],
    ],
    [
      "Cerebras, with the window in the name",
      {
        "x-ratelimit-limit-requests-day": "3000",
        "x-ratelimit-remaining-requests-day": "2871",
        "x-ratelimit-reset-requests-day": "20755.1",
        "x-ratelimit-limit-tokens-minute": "40000",
        "x-ratelimit-remaining-tokens-minute": "39480",
      },
      [
        {
          quota: "requests_day",
          kind: "rolling",
          unit: "requests",
          limit: 3000,
          remaining: 2871,
          resetAt: at("17:45:55.100"),
          periodSeconds: 86_400,
        },
        { quota: "tokens_minute", unit: "tokens", limit: 40_000, remaining: 39_480, periodSeconds: 60 },
      ],
    ],
    [
      "Cerebras, with more left than the limit",
      { "x-ratelimit-limit-tokens-minute": "1000000", "x-ratelimit-remaining-tokens-minute": "2999976" },
      [{ quota: "tokens_minute", unit: "tokens", limit: 1_000_000, remaining: 2_999_976, periodSeconds: 60 }],
    ],
    [
      "Mistral",
      { "x-ratelimit-limit-req-minute": "90", "x-ratelimit-remaining-req-minute": "83" },
      [{ quota: "requests_minute", unit: "requests", limit: 90, remaining: 83, periodSeconds: 60 }],
    ],
    [
      "DigitalOcean",
      {
        "x-ratelimit-remaining-tokens-per-day": "12",
        "x-ratelimit-reset-tokens-per-day": epochIn(60),
      },
      [
        {
          ...{ quota: "tokens_day", kind: "rolling", unit: "tokens", remaining: 12 },
          ...{ resetAt: at("12:01:00"), periodSeconds: 86_400 },
        },
      ],
    ],
    [
      "Azure, in whole seconds",
      { "x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "10" },
      [{ quota: "requests", remaining: 9, resetAt: at("12:00:10") }],
    ],
    ["Azure, which does not know", { "x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "0" }, []],
    [
      "Together",
      { "x-ratelimit-limit": "10", "x-ratelimit-remaining": "9", "x-tokenlimit-remaining": "3000" },
      [
        { quota: "requests", limit: 10, remaining: 9 },
        { quota: "tokens", remaining: 3000 },
      ],
    ],
    [
      "the early drafts of the IETF",
      { "ratelimit-limit": "40, 40;w=60, 900;w=3600", "ratelimit-remaining": "17", "ratelimit-reset": "28" },
      [
        {
          quota: "requests_minute",
          unit: "requests",
          limit: 40,
          remaining: 17,
          resetAt: at("12:00:28"),
          periodSeconds: 60,
        },
      ],
    ],
    [
      "a day of the early drafts, which is forecast",
      { "ratelimit-limit": "1000", "ratelimit-remaining": "0", "ratelimit-policy": "1000;w=86400" },
      [{ quota: "requests_day", unit: "requests", kind: "rolling", limit: 1000, remaining: 0, periodSeconds: 86_400 }],
    ],
    [
      "Kong, which names its windows and not what it counts",
      { "x-ratelimit-limit-day": "500", "x-ratelimit-remaining-day": "7", "x-ratelimit-remaining-minute": "3" },
      [
        { quota: "requests_day", unit: "requests", kind: "rolling", limit: 500, remaining: 7, periodSeconds: 86_400 },
        { quota: "requests_minute", unit: "requests", remaining: 3, periodSeconds: 60 },
      ],
    ],
    [
      "draft 07 of the IETF",
      { ratelimit: "limit=40, remaining=11, reset=23", "ratelimit-policy": "40;w=60, 900;w=3600" },
      [
        {
          quota: "requests_minute",
          unit: "requests",
          limit: 40,
          remaining: 11,
          resetAt: at("12:00:23"),
          periodSeconds: 60,
        },
      ],
    ],
    [
      "the later drafts of the IETF, by their windows",
      {
        ratelimit: '"short";r=3;t=28, "long";r=417;t=40122, "odd";r=2',
        "ratelimit-policy": '"short";q=40;w=60, "long";q=2500;w=86400, "odd";q=9;w=900',
      },
      [
        {
          quota: "requests_minute",
          unit: "requests",
          limit: 40,
          remaining: 3,
          resetAt: at("12:00:28"),
          periodSeconds: 60,
        },
        {
          quota: "requests_day",
          kind: "rolling",
          unit: "requests",
          limit: 2500,
          remaining: 417,
          resetAt: at("23:08:42"),
          periodSeconds: 86_400,
        },
        { quota: "requests", limit: 9, remaining: 2, periodSeconds: 900 },
      ],
    ],
    [
      "the tighter of two policies of one window",
      { ratelimit: '"a";r=30, "b";r=3', "ratelimit-policy": '"a";q=40;w=60, "b";q=40;w=60' },
      [{ quota: "requests_minute", unit: "requests", limit: 40, remaining: 3, periodSeconds: 60 }],
    ],
    [
      "a policy of connections or bytes, which has no unit",
      {
        ratelimit: '"a";r=30, "b";r=3',
        "ratelimit-policy": '"a";q=40;qu="concurrent-requests", "b";q=9;qu="content-bytes"',
      },
      [],
    ],
    ["a window of a thousand years", { ratelimit: '"a";r=3', "ratelimit-policy": '"a";q=9;w=31536000000' }, []],
    [
      "the finer of two dialects",
      { "x-ratelimit-remaining": "7", "x-ratelimit-remaining-requests": "5", "ratelimit-remaining": "9" },
      [{ quota: "requests", remaining: 5 }],
    ],
    [
      "a reset that has passed",
      { "x-ratelimit-remaining": "7", "x-ratelimit-reset": epochIn(-5) },
      [{ quota: "requests", remaining: 7 }],
    ],
    [
      "a limit of 0, which is no quota",
      { "x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0" },
      [],
    ],
    ["a policy of 0", { ratelimit: '"a";r=0', "ratelimit-policy": '"a";q=0;w=60' }, []],
    [
      "GitHub Models, which tells the length of its windows",
      {
        "x-ratelimit-remaining-requests": "5",
        "x-ratelimit-renewalperiod-requests": "60",
        "x-ratelimit-remaining-tokens": "6",
        "x-ratelimit-renewalperiod-tokens": "90",
      },
      [
        { quota: "requests_minute", unit: "requests", remaining: 5, periodSeconds: 60 },
        { quota: "tokens", remaining: 6, periodSeconds: 90 },
      ],
    ],
    [
      "Mistral, as it once was",
      {
        "x-ratelimitbysize-limit-minute": "500000",
        "x-ratelimitbysize-remaining-minute": "499994",
        "x-ratelimitbysize-remaining-month": "870004100",
        "ratelimitbysize-remaining": "1",
      },
      [
        { quota: "tokens_minute", unit: "tokens", limit: 500_000, remaining: 499_994, periodSeconds: 60 },
        { quota: "tokens_month", kind: "rolling", unit: "tokens", remaining: 870_004_100 },
      ],
    ],
    [
      "Brave Search, which lists its limits by position",
      {
        "x-ratelimit-limit": "1, 15000",
        "x-ratelimit-policy": "1;w=1, 15000;w=2592000",
        "x-ratelimit-remaining": "1, 14523",
        "x-ratelimit-reset": "1, 86400",
      },
      [
        {
          ...{ quota: "requests_second", unit: "requests", limit: 1, remaining: 1 },
          ...{ resetAt: at("12:00:01"), periodSeconds: 1 },
        },
        {
          ...{ quota: "requests", kind: "rolling", limit: 15_000, remaining: 14_523 },
          ...{ resetAt: new Date("2026-11-22T12:00:00Z"), periodSeconds: 2_592_000 },
        },
      ],
    ],
    [
      "lists without windows by the first of their values",
      { "x-ratelimit-limit": "1, 15000", "x-ratelimit-remaining": "1, 14523", "x-ratelimit-reset": "1, 86400" },
      [{ quota: "requests", limit: 1, remaining: 1, resetAt: at("12:00:01") }],
    ],
    [
      "a trial key of Cohere",
      {
        "x-endpoint-monthly-call-limit": "1000",
        "x-trial-endpoint-call-limit": "20",
        "x-trial-endpoint-call-remaining": "19",
      },
      [{ quota: "requests_minute", unit: "requests", limit: 20, remaining: 19, periodSeconds: 60 }],
    ],
    ["a limit without what is left", { "x-ratelimit-limit-requests": "60" }, []],
    ["a bucket of nobody knows what", { "x-ratelimit-remaining-neurons": "60" }, []],
    [
      "two Date headers in one",
      {
        date: "Sat, 21 Nov 2026 11:00:05 GMT, Sat, 21 Nov 2026 12:00:05 GMT",
        "x-ratelimit-remaining-requests": "1",
        "x-ratelimit-reset-requests": "1s",
      },
      [{ quota: "requests", remaining: 1, resetAt: at("12:00:01") }],
    ],
  ])("reads %s", (_name, headers, found) => {
    expect(read(headers)).toEqual(found);
  });

  it("names a bucket by the window that its provider is known to count it over", () => {
    const headers = { "x-ratelimit-remaining-requests": "4982", "x-ratelimit-remaining-tokens": "19810" };

    expect(read(headers, { requests: "day", tokens: "minute" })).toEqual([
      { quota: "requests_day", kind: "rolling", unit: "requests", remaining: 4982, periodSeconds: 86_400 },
      { quota: "tokens_minute", unit: "tokens", remaining: 19_810, periodSeconds: 60 },
    ]);
  });

  it.each<[name: string, headers: Record<string, string>, found: object]>([
    ["of draft 07", { ratelimit: "limit=40, remaining=11" }, { quota: "requests_day", kind: "rolling" }],
    ["with a name", { ratelimit: '"default";r=11' }, { quota: "requests_day", kind: "rolling" }],
    [
      "that tells another window",
      { ratelimit: '"default";r=11', "ratelimit-policy": '"default";q=40;w=900' },
      { quota: "requests", periodSeconds: 900 },
    ],
    [
      "of an early draft that tells another window",
      { "ratelimit-limit": "40, 40;w=900", "ratelimit-remaining": "11" },
      { quota: "requests", periodSeconds: 900 },
    ],
  ])("knows the window of a policy %s", (_, headers, found) => {
    expect(read(headers, { requests: "day" })).toMatchObject([found]);
  });

  it("takes the window of tokens for that of any kind of tokens, and for nothing else", () => {
    const headers = { "x-ratelimit-remaining-input-tokens": "5", "x-ratelimit-remaining-images": "6" };

    expect(read(headers, { requests: "day", tokens: "hour" })).toEqual([
      { quota: "input_tokens_hour", unit: "input_tokens", remaining: 5, periodSeconds: 3600 },
      { quota: "images", remaining: 6 },
    ]);
  });

  it.each([
    ["second", "rate_limit"],
    ["minute", "rate_limit"],
    ["hour", "rate_limit"],
    ["day", "rolling"],
    ["month", "rolling"],
  ])("has a window of a %s for %s: what takes longer than an hour has to be forecast", (window, kind) => {
    const told = { [`x-ratelimit-remaining-requests-${window}`]: "5" };

    expect(headerReadings(told, NOW)).toMatchObject([{ quota: `requests_${window}`, kind }]);
    expect(headerReadings({ "x-ratelimit-remaining-requests": "5" }, NOW, { requests: "day" })).toMatchObject([
      { kind: "rolling" },
    ]);
  });

  it("knows what slides, where that takes longer than an hour", () => {
    const headers = { "x-ratelimit-remaining-requests": "5", "x-ratelimit-remaining-tokens": "6" };
    const sliding = ["requests_day", "tokens_minute"];

    expect(read(headers, { requests: "day", tokens: "minute", sliding })).toMatchObject([
      { quota: "requests_day", sliding: true },
      { quota: "tokens_minute" },
    ]);
    expect(read(headers, { tokens: "minute", sliding })[1]).not.toHaveProperty("sliding");
  });

  it("is told of a probe by who asked", () => {
    const headers = { "x-ratelimit-remaining": "5", ratelimit: '"a";r=3', "ratelimit-policy": '"a";q=9;w=60' };

    expect(headerReadings(headers, NOW, { source: "probe" }).map(({ source }) => source)).toEqual(["probe", "probe"]);
  });

  it("takes what a gateway passes on for what it is", () => {
    expect(upstreamHeaders({ "LLM_PROVIDER-x-ratelimit-limit": "1", "x-ratelimit-limit": "2" })).toEqual({
      "x-ratelimit-limit": "1",
    });
  });
});

test("whatever the headers say, every reading is a valid one and no quota is told twice", () => {
  const name = fc.constantFrom(
    "x-ratelimit-limit-requests-day",
    "x-ratelimit-remaining-requests-day",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-reset-tokens",
    "anthropic-ratelimit-tokens-remaining",
    "x-ratelimit-remaining",
    "x-tokenlimit-remaining",
    "x-ratelimitbysize-remaining-month",
    "x-trial-endpoint-call-remaining",
    "x-ratelimit-renewalperiod-tokens",
    "ratelimit-remaining",
    "ratelimit",
    "ratelimit-policy",
    "x-ratelimit-policy",
    "date",
  );
  const debris = fc.string({ maxLength: 30, unit: fc.constantFrom(...'"arqtw;,=019.:-+ehms TZ/') });
  const value = fc.oneof(debris, fc.bigInt().map(String), fc.double().map(String), fc.constant('"a";r=1;q=2;w=86400'));
  fc.assert(
    fc.property(fc.dictionary(name, value), (headers) => {
      const readings = headerReadings(headers, NOW);
      for (const reading of readings) expectValidReading(reading, NOW);
      expect(new Set(readings.map(({ quota }) => quota)).size).toBe(readings.length);
    }),
  );
});
