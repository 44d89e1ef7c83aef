import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type RateLimitDialect, rateLimitHeaders, rateLimits } from "../../src/http/rate-limit-headers.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const at = (time: string) => new Date(`2026-11-21T${time}Z`);

function read(headers: Record<string, string>, dialect: RateLimitDialect) {
  return Object.fromEntries(rateLimits(headers, dialect, NOW));
}

describe("rateLimits", () => {
  it("reads each bucket of the form that OpenAI uses", () => {
    const headers = {
      "x-ratelimit-limit-requests": "10000",
      "x-ratelimit-remaining-requests": "9999",
      "x-ratelimit-reset-requests": "8.64s",
      "x-ratelimit-limit-tokens": "200000",
      "x-ratelimit-remaining-tokens": "199987",
      "x-ratelimit-reset-tokens": "20ms",
      "x-ratelimit-limit-project-tokens": "1000",
    };

    expect(read(headers, "fieldFirst")).toEqual({
      requests: { limit: 10_000, remaining: 9999, resetAt: at("12:00:08.640") },
      tokens: { limit: 200_000, remaining: 199_987, resetAt: at("12:00:00.020") },
      "project-tokens": { limit: 1000 },
    });
  });

  it("reads each bucket of the form that Anthropic uses", () => {
    const headers = {
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
      "anthropic-ratelimit-input-tokens-remaining": "20000",
      "anthropic-ratelimit-unified-5h-reset": "1795287600",
    };

    expect(read(headers, "fieldLast")).toEqual({
      requests: { limit: 50, remaining: 49, resetAt: at("12:00:01") },
      "input-tokens": { remaining: 20_000 },
      "unified-5h": { resetAt: at("19:00:00") },
    });
  });

  it.each<[headers: Record<string, string>, dialect: RateLimitDialect, found: object]>([
    [
      { "x-tokenlimit-limit": "40", "x-tokenlimit-remaining": "17", "x-tokenlimit-reset": "28" },
      "tokenLimit",
      { tokens: { limit: 40, remaining: 17, resetAt: at("12:00:28") } },
    ],
    [
      { "x-ratelimitbysize-limit-minute": "40", "x-ratelimitbysize-remaining-month": "17" },
      "bySize",
      { "tokens-minute": { limit: 40 }, "tokens-month": { remaining: 17 } },
    ],
    [{ "x-trial-endpoint-call-limit": "20", "x-trial-endpoint-call-remaining": "-1" }, "trialCalls", {}],
    [
      { "x-trial-endpoint-call-limit": "20", "x-trial-endpoint-call-remaining": "19" },
      "trialCalls",
      { "requests-minute": { limit: 20, remaining: 19 } },
    ],
  ])("names what %o counts, in the dialect %s", (headers, dialect, found) => {
    expect(read(headers, dialect)).toEqual(found);
  });

  it.each<[text: string, found: object]>([
    ["60", { requests: { periodSeconds: 60 } }],
    ["31622400", { requests: { periodSeconds: 31_622_400 } }],
    ["0", {}],
    ["-60", {}],
    ["31622401", {}],
    ["1m", {}],
  ])("reads a renewal period of %s", (text, found) => {
    expect(read({ "x-ratelimit-renewalperiod-requests": text }, "fieldFirst")).toEqual(found);
  });

  it.each<[name: string, headers: Record<string, string>, dialect: RateLimitDialect]>([
    [
      "the drafts of the IETF",
      { "ratelimit-limit": "40", "ratelimit-remaining": "17", "ratelimit-reset": "28" },
      "ietf",
    ],
    [
      "lists by position, of which the first is the tightest",
      { "x-ratelimit-limit": "40, 9000", "x-ratelimit-remaining": "17, 8999", "x-ratelimit-reset": "28, 86400" },
      "single",
    ],
    [
      "names with one more hyphen",
      { "x-rate-limit-limit": "40", "x-rate-limit-remaining": "17", "x-rate-limit-reset": "28" },
      "single",
    ],
    [
      "an HTTP date, which has a comma",
      {
        "x-ratelimit-limit": "40",
        "x-ratelimit-remaining": "17",
        "x-ratelimit-reset": "Sat, 21 Nov 2026 12:00:28 GMT",
      },
      "single",
    ],
    [
      "epoch milliseconds",
      { "x-ratelimit-limit": "40", "x-ratelimit-remaining": "17", "x-ratelimit-reset": `${at("12:00:28").getTime()}` },
      "single",
    ],
  ])("reads the one bucket of %s", (_, headers, dialect) => {
    expect(read(headers, dialect)).toEqual({ "": { limit: 40, remaining: 17, resetAt: at("12:00:28") } });
  });

  it.each<[name: string, headers: Record<string, string>, dialect: RateLimitDialect]>([
    ["behind the limit", { "ratelimit-limit": "40, 40;w=60, 900;w=3600" }, "ietf"],
    ["in a header of their own", { "ratelimit-limit": "40", "ratelimit-policy": "40;w=60, 900;w=3600" }, "ietf"],
    ["behind the limit, as Envoy writes it", { "x-ratelimit-limit": "40, 40;w=60" }, "single"],
  ])("takes the window of a bucket from policies %s", (_, headers, dialect) => {
    const remaining = dialect === "ietf" ? "ratelimit-remaining" : "x-ratelimit-remaining";

    expect(read({ ...headers, [remaining]: "17" }, dialect)).toEqual({
      "": { limit: 40, remaining: 17, periodSeconds: 60 },
    });
  });

  it("takes no window that is longer than any quota's", () => {
    const headers = { "ratelimit-limit": "40", "ratelimit-remaining": "17", "ratelimit-policy": "40;w=31622401" };

    expect(read(headers, "ietf")).toEqual({ "": { limit: 40, remaining: 17 } });
  });

  it.each<[dialect: RateLimitDialect, prefix: string]>([
    ["single", "x-ratelimit"],
    ["ietf", "ratelimit"],
  ])("leaves out an amount that may be two or one with thousands (%s)", (dialect, prefix) => {
    const headers = { [`${prefix}-limit`]: "2,900", [`${prefix}-remaining`]: "1, 899" };

    expect(read(headers, dialect)).toEqual({ "": { remaining: 1 } });
  });

  it("takes names in any case", () => {
    const headers = { "X-RateLimit-Limit-Requests": "60", "X-RATELIMIT-REMAINING-REQUESTS": "59" };

    expect(read(headers, "fieldFirst")).toEqual({ requests: { limit: 60, remaining: 59 } });
  });

  it("measures durations against the Date of the answer", () => {
    const headers = { Date: "Sat, 21 Nov 2026 12:00:05 GMT", "x-ratelimit-reset-requests": "1s" };

    expect(read(headers, "fieldFirst")).toEqual({ requests: { resetAt: at("12:00:06") } });
  });

  it.each([
    ["0", 0],
    ["30,000", 30_000],
    ["1,234,567", 1_234_567],
    ["1.5", 1.5],
    [" 7 ", 7],
  ])("reads an amount of %j", (text, amount) => {
    expect(read({ "x-ratelimit-limit-tokens": text }, "fieldFirst")).toEqual({ tokens: { limit: amount } });
  });

  it.each([
    "",
    " ",
    "-1",
    "unlimited",
    "null",
    "NaN",
    "Infinity",
    "1e6",
    "0x10",
    "3,00",
    "5, 10",
    "1,000 tokens",
    "9".repeat(16),
  ])("leaves an amount of %j out, rather than taking it for zero", (text) => {
    const headers = {
      "x-ratelimit-limit-tokens": text,
      "x-ratelimit-remaining-tokens": text,
      "x-ratelimit-remaining-requests": "3",
    };

    expect(read(headers, "fieldFirst")).toEqual({ requests: { remaining: 3 } });
  });

  it("leaves out a bucket with an amount below zero, as the rest of it is no amount either", () => {
    const headers = {
      "x-ratelimit-limit-tokens": "-1",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-remaining-requests": "3",
    };

    expect(read(headers, "fieldFirst")).toEqual({ requests: { remaining: 3 } });
    expect(read(rateLimitHeaders(headers, NOW), "fieldFirst")).toEqual({ requests: { remaining: 3 } });
  });

  it("keeps the rest of a bucket of which one header cannot be read", () => {
    const headers = {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "soon",
    };

    expect(read(headers, "fieldFirst")).toEqual({ requests: { limit: 60, remaining: 59 } });
  });

  it("leaves out what was sent twice, of which nobody can say what holds", () => {
    const headers = { "x-ratelimit-remaining-requests": "59, 3", "x-ratelimit-limit-requests": "60" };

    expect(read(headers, "fieldFirst")).toEqual({ requests: { limit: 60 } });
  });

  it.each(["", "x".repeat(41), "r\u00e9quests", "a b"])("knows no bucket of the name %j", (bucket) => {
    expect(read({ [`x-ratelimit-remaining-${bucket}`]: "3" }, "fieldFirst")).toEqual({});
  });

  it("takes nothing from headers that only look alike", () => {
    const headers = {
      "x-ratelimit-key": "gpt-5-mini",
      "x-ratelimit-used": "3",
      "x-ratelimit-resource": "core",
      "anthropic-priority-input-tokens-limit": "1000",
      "my-x-ratelimit-limit-requests": "1",
      "retry-after": "20",
    };

    for (const dialect of ["fieldFirst", "fieldLast", "single", "ietf"] as const)
      expect(read(headers, dialect)).toEqual({});
  });
});

test("any headers tell whole buckets or nothing: no number below 0, no time years away", () => {
  const name = fc.constantFrom(
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
    "x-ratelimit-remaining",
    "x-rate-limit-reset",
    "ratelimit-limit",
    "ratelimit-reset",
    "date",
  );
  const debris = fc.string({ maxLength: 20, unit: fc.constantFrom(..."0159.,;:-+eEwdhmsTZ /=NaIn") });
  const time = fc.date({ noInvalidDate: true }).map((date) => date.toUTCString());
  const value = fc.oneof(debris, time, fc.double().map(String), fc.bigInt().map(String));
  const dialect = fc.constantFrom<RateLimitDialect[]>("fieldFirst", "fieldLast", "single", "ietf");
  fc.assert(
    fc.property(fc.dictionary(name, value), dialect, (headers, spoken) => {
      for (const { limit = 0, remaining = 0, resetAt = NOW } of rateLimits(headers, spoken, NOW).values()) {
        expect(limit).toSatisfy(isAmount);
        expect(remaining).toSatisfy(isAmount);
        expect(Math.abs(resetAt.getTime() - NOW.getTime())).toBeLessThan(2e11);
      }
    }),
  );
});

function isAmount(amount: number): boolean {
  return Number.isFinite(amount) && amount >= 0;
}

test("what is kept of any headers tells the same limits as all of them", () => {
  const name = fc.constantFrom("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "date", "set-cookie");
  const value = fc.constantFrom(
    "3",
    "30,000",
    "1, 2",
    "6m0s",
    "hush",
    "",
    "Sat, 21 Nov 2026 12:00:05 GMT",
    "1795290000",
  );
  fc.assert(
    fc.property(fc.dictionary(name, value), (headers) => {
      expect(rateLimits(rateLimitHeaders(headers, NOW), "fieldFirst", NOW)).toEqual(
        rateLimits(headers, "fieldFirst", NOW),
      );
    }),
  );
});

describe("rateLimitHeaders", () => {
  it("keeps a time of a year that is far from when this was written", () => {
    const kept = { "anthropic-ratelimit-tokens-reset": "2041-03-01T00:00:10Z" };

    expect(rateLimitHeaders(kept, new Date("2041-03-01T00:00:00Z"))).toEqual(kept);
  });

  it("keeps what tells a rate limit, and the Date", () => {
    const kept = {
      "x-ratelimit-limit-requests": "30,000",
      "x-ratelimit-reset-requests": "6m0s",
      "anthropic-ratelimit-tokens-reset": "2026-11-21T12:00:01Z",
      "x-ratelimit-limit": "2, 9000",
      "ratelimit-limit": "40, 40;w=60",
      ratelimit: '"daily";r=417;t=40122',
      "ratelimit-policy": '"daily";q=2500;w=86400;qu="requests"',
      date: "Sat, 21 Nov 2026 12:00:05 GMT",
    };
    const others = { "set-cookie": "session=hush", "x-request-id": "req_1", authorization: "hush", "retry-after": "3" };

    expect(rateLimitHeaders({ ...kept, ...others }, NOW)).toEqual(kept);
  });

  it.each([
    ["x-ratelimit-limit-requests", "hush"],
    ["x-ratelimit-reset", "1, hush"],
    ["x-ratelimit-key", "12"],
    ["anthropic-ratelimit-requests-remaining", "sk-ant-api03-hush"],
    ["date", "Sat, 21 Nov 2026 hush"],
    ["date", "Sat, hush 21 Nov 2026 12:00:05 GMT"],
    ["date", "Sat, (hush) 21 Nov 2026 12:00:05 GMT"],
    ["x-ratelimit-reset", "Sat, hush 21 Nov 2026 12:00:05 GMT"],
    ["ratelimit", '"daily";r=1;pk=:aHVzaA==:'],
    ["ratelimit-policy", '"sk-ant-api03-0123456789abcdef";q=1'],
    ["x-ratelimit-limit", "1, ".repeat(100)],
  ])("drops %s when it says %j", (name, value) => {
    expect(rateLimitHeaders({ [name]: value }, NOW)).toEqual({});
  });
});
