import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { structuredRateLimits } from "../../src/http/structured-rate-limits.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

function read(RateLimit: string | undefined, policy?: string, more: Record<string, string> = {}) {
  const headers = {
    ...(RateLimit !== undefined && { RateLimit }),
    ...(policy !== undefined && { "RateLimit-Policy": policy }),
    ...more,
  };
  return Object.fromEntries(structuredRateLimits(headers, NOW));
}

describe("structuredRateLimits", () => {
  it("joins counters and policies by their name", () => {
    const policy = '"minute";q=40;w=60, "daily";q=2500;w=86400;qu="requests"';

    expect(read('"daily";r=417;t=40122, "minute";r=3;t=28', policy)).toEqual({
      minute: { limit: 40, remaining: 3, resetAt: new Date("2026-11-21T12:00:28Z"), windowSeconds: 60 },
      daily: {
        limit: 2500,
        remaining: 417,
        resetAt: new Date("2026-11-21T23:08:42Z"),
        windowSeconds: 86_400,
        counted: "requests",
      },
    });
  });

  it.each<[name: string, field: string | undefined, policy: string | undefined, found: object]>([
    ["no fields", undefined, undefined, {}],
    ["a policy alone", undefined, '"minute";q=40', { minute: { limit: 40 } }],
    ["a counter alone", '"minute";r=3', undefined, { minute: { remaining: 3 } }],
    ["nothing left", '"minute";r=0', undefined, { minute: { remaining: 0 } }],
    ["parameters that nobody knows", '"minute";new;x=1.5;y="a;b,c";r=3', undefined, { minute: { remaining: 3 } }],
    ["a partition key", '"minute";pk=:YWJj:;r=3', '"minute";q=40;pk=:YWJj:', { minute: { limit: 40, remaining: 3 } }],
    ["blanks", ' "minute" ; r=3 , "daily";r=4 ', undefined, { minute: { remaining: 3 }, daily: { remaining: 4 } }],
    ["a quote in a name", '"a\\"b";r=3', undefined, { 'a"b': { remaining: 3 } }],
    ["the same name for two partitions", '"a";r=3;pk=:YQ==:, "a";r=9;pk=:Yg==:', undefined, { a: { remaining: 3 } }],
    [
      "the policy of the same partition",
      '"a";r=15;pk=:Yg==:',
      '"a";q=10;pk=:YQ==:, "a";q=20;pk=:Yg==:',
      { a: { limit: 20, remaining: 15 } },
    ],
    ["no policy of another partition", '"a";r=15;pk=:Yg==:', '"a";q=10;pk=:YQ==:', { a: { remaining: 15 } }],
    ["a policy for every partition", '"a";r=15;pk=:Yg==:', '"a";q=20', { a: { limit: 20, remaining: 15 } }],
    ["the time of no other partition", '"a";r=3;pk=:YQ==:, "a";t=9;pk=:Yg==:', undefined, { a: { remaining: 3 } }],
    ["the last of a parameter that stands there twice", '"a";r=3;r=4', undefined, { a: { remaining: 4 } }],
    ["a counter with more digits than a number holds", `"a";r=${"9".repeat(16)}`, undefined, {}],
    ["an exponent", '"a";r=1e3', undefined, {}],
    ["a window of no length", '"a";r=3;w=0', undefined, { a: { remaining: 3 } }],
    ["a unit that is no text", '"a";r=3;qu=bytes', undefined, { a: { remaining: 3 } }],
    ["an empty counter", '"a";r=', undefined, {}],
    ["a time that no date reaches", `"a";r=3;t=${"9".repeat(15)}`, undefined, { a: { remaining: 3 } }],
    ["a time below zero", '"a";r=3;t=-1', undefined, { a: { remaining: 3 } }],
    ["a field that could be read in more ways than there is time for", `"a"${";k=:A:".repeat(300)}"`, undefined, {}],
    ["a negative counter", '"minute";r=-3', '"minute";q=40', { minute: { limit: 40 } }],
    ["a decimal counter", '"minute";r=3.5', undefined, {}],
    ["text for a counter", '"minute";r="3"', undefined, {}],
    ["a name without quotes", "minute;r=3", undefined, {}],
    ["a list that is cut short", '"minute";r=3, "dai', undefined, {}],
    ["a policy of draft 07, which has no name", undefined, "40;w=60, 900;w=3600", {}],
    ["a field of endless length", '"a";r=1, '.repeat(500), undefined, {}],
  ])("reads %s", (_, field, policy, found) => {
    expect(read(field, policy)).toEqual(found);
  });

  it("reads the dictionary of draft 07", () => {
    expect(read("limit=40, remaining=11, reset=23", "40;w=60")).toEqual({
      "": { limit: 40, remaining: 11, resetAt: new Date("2026-11-21T12:00:23Z"), windowSeconds: 60 },
    });
  });

  it.each<[name: string, field: string, found: object]>([
    ["the last of a key that stands there twice", "limit=40, limit=50", { "": { limit: 50 } }],
    ["nothing of one that is cut short", "limit=40, remaining=", {}],
    ["nothing of one with a number below zero", "limit=40, remaining=-1, reset=23", {}],
    ["nothing of one with text", "limit=40, remaining=many", {}],
  ])("reads, of a dictionary of draft 07, %s", (_, field, found) => {
    expect(read(field)).toEqual(found);
  });

  it("takes a reset for seconds from the Date of the answer, never for an epoch", () => {
    const date = { date: "Sat, 21 Nov 2026 12:00:05 GMT" };

    expect(read('"a";r=1;t=10', undefined, date)).toEqual({
      a: { remaining: 1, resetAt: new Date("2026-11-21T12:00:15Z") },
    });
    expect(read('"a";r=1;t=1795290000')).toEqual({ a: { remaining: 1 } });
  });
});

test("what is written by the rules is read back", () => {
  const name = fc.string({ maxLength: 10, unit: fc.constantFrom(...'aZ0 ,;=\\"') });
  const count = fc.integer({ min: 0, max: 999_999_999_999_999 });
  const seconds = fc.integer({ min: 0, max: 90_000_000 });
  const buckets = fc.uniqueArray(fc.record({ name, count, quota: count, seconds }), {
    selector: (bucket) => bucket.name,
    maxLength: 5,
  });
  fc.assert(
    fc.property(buckets, (all) => {
      const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`;
      const field = all.map((bucket) => `${quoted(bucket.name)};r=${bucket.count};t=${bucket.seconds}`).join(", ");
      const policy = all.map((bucket) => `${quoted(bucket.name)};q=${bucket.quota};qu="requests"`).join(",");

      const told = structuredRateLimits({ ratelimit: field, "ratelimit-policy": policy }, NOW);

      expect([...told]).toEqual(
        all.map((bucket) => [
          bucket.name,
          {
            limit: bucket.quota,
            remaining: bucket.count,
            resetAt: new Date(NOW.getTime() + bucket.seconds * 1000),
            counted: "requests",
          },
        ]),
      );
    }),
  );
});

test("any other field tells a number that is no less than 0, or nothing", () => {
  const debris = fc.string({ maxLength: 40, unit: fc.constantFrom(...'"a;,=:rqt019-. \\') });
  fc.assert(
    fc.property(debris, debris, (field, policy) => {
      for (const { limit = 0, remaining = 0 } of structuredRateLimits(
        { ratelimit: field, "ratelimit-policy": policy },
        NOW,
      ).values()) {
        expect(Math.min(limit, remaining)).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
