import { describe, expect, it } from "vitest";
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
      minute: { limit: 40, remaining: 3, resetAt: new Date("2026-11-21T12:00:28Z") },
      daily: { limit: 2500, remaining: 417, resetAt: new Date("2026-11-21T23:08:42Z") },
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
      "": { limit: 40, remaining: 11, resetAt: new Date("2026-11-21T12:00:23Z") },
    });
  });

  it("takes a reset for seconds from the Date of the answer, never for an epoch", () => {
    const date = { date: "Sat, 21 Nov 2026 12:00:05 GMT" };

    expect(read('"a";r=1;t=10', undefined, date)).toEqual({
      a: { remaining: 1, resetAt: new Date("2026-11-21T12:00:15Z") },
    });
    expect(read('"a";r=1;t=1795290000')).toEqual({ a: { remaining: 1 } });
  });
});
