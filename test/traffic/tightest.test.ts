import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/quota/reading.ts";
import { createTightest } from "../../src/traffic/tightest.ts";
import { at } from "../support/readings.ts";

const bucket = (seconds: number, remaining: number, limit: number, over: Partial<Reading> = {}): Reading => ({
  ...{ quota: "requests", kind: "rate_limit", unit: "requests", limit, remaining, enforcement: "hard" },
  ...{ source: "headers", confidence: "reported", readAt: at(seconds), resetAt: at(seconds + 60), ...over },
});

describe("of the buckets that a provider keeps per model", () => {
  it("the one that refuses first stands for the quota, and says for which model", () => {
    const tightest = createTightest(600);

    expect(tightest(bucket(0, 10, 50), "opus")).toMatchObject({ remaining: 10, models: ["opus"] });
    expect(tightest(bucket(1, 3900, 4000), "haiku")).toMatchObject({ remaining: 10, limit: 50, models: ["opus"] });
    expect(tightest(bucket(2, 40, 4000), "haiku")).toMatchObject({ remaining: 40, limit: 4000, models: ["haiku"] });
  });

  it("one whose window has ended is full again", () => {
    const tightest = createTightest(600);
    tightest(bucket(0, 1, 50), "opus");

    expect(tightest(bucket(61, 3900, 4000), "haiku")).toMatchObject({ remaining: 3900, models: ["haiku"] });
  });

  it("the newest of the same model counts, also when it is fuller", () => {
    const tightest = createTightest(600);
    tightest(bucket(0, 1, 50), "opus");

    expect(tightest(bucket(5, 30, 50), "opus")).toMatchObject({ remaining: 30 });
  });

  it("a call that names no model tells what it tells", () => {
    const tightest = createTightest(600);
    tightest(bucket(0, 1, 50), "opus");

    expect(tightest(bucket(5, 30, 50), undefined)).toEqual(bucket(5, 30, 50));
  });

  it("a window that is not per minute is the account's own", () => {
    const tightest = createTightest(600);
    const window = bucket(0, 1, 50, { kind: "rolling" });

    expect(tightest(window, "opus")).toBe(window);
  });
});
