import { describe, expect, it } from "vitest";
import { listedRateLimits } from "../../src/http/listed-rate-limits.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const inSeconds = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const HEADERS = {
  "X-RateLimit-Limit": "1, 15000",
  "X-RateLimit-Policy": "1;w=1, 15000;w=2592000",
  "X-RateLimit-Remaining": "0, 14523",
  "X-RateLimit-Reset": "1, 1419704",
};

describe("several limits in one header", () => {
  it("are told apart by their windows", () => {
    expect(listedRateLimits(HEADERS, NOW)).toEqual([
      { limit: 1, remaining: 0, resetAt: inSeconds(1), windowSeconds: 1 },
      { limit: 15_000, remaining: 14_523, resetAt: inSeconds(1_419_704), windowSeconds: 2_592_000 },
    ]);
  });

  it("may be a single one", () => {
    expect(listedRateLimits({ "x-ratelimit-policy": "40;w=60", "x-ratelimit-remaining": "17" }, NOW)).toEqual([
      { limit: 40, remaining: 17, windowSeconds: 60 },
    ]);
  });

  it("have no reset where the resets do not go with them", () => {
    expect(listedRateLimits({ ...HEADERS, "X-RateLimit-Reset": "1" }, NOW)).toEqual([
      { limit: 1, remaining: 0, windowSeconds: 1 },
      { limit: 15_000, remaining: 14_523, windowSeconds: 2_592_000 },
    ]);
  });

  it("leave out what cannot be read, and keep the place of the others", () => {
    expect(listedRateLimits({ ...HEADERS, "X-RateLimit-Remaining": "none, 14523" }, NOW)).toMatchObject([
      { limit: 15_000, remaining: 14_523 },
    ]);
    expect(listedRateLimits({ ...HEADERS, "X-RateLimit-Remaining": "-1, 14523" }, NOW)).toMatchObject([
      { limit: 15_000 },
    ]);
  });

  it.each([
    ["no policies", { "X-RateLimit-Policy": "" }],
    ["policies without windows", { "X-RateLimit-Policy": "1, 15000" }],
    ["policies of another form", { "X-RateLimit-Policy": '"burst";q=1;w=1' }],
    ["more policies than values", { "X-RateLimit-Remaining": "14523" }],
    ["fewer policies than values", { "X-RateLimit-Policy": "1;w=1" }],
    ["policies without end", { "X-RateLimit-Policy": Array.from({ length: 9 }, () => "1;w=1").join(", ") }],
  ])("tell nothing with %s", (_what, over) => {
    expect(listedRateLimits({ ...HEADERS, ...over }, NOW)).toEqual([]);
  });
});
