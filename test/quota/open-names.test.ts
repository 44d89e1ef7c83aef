import { describe, expect, it } from "vitest";
import { keepTightest, slug, tightestOfEach } from "../../src/quota/open-names.ts";
import type { Reading } from "../../src/quota/reading.ts";

const share = (quota: string, remaining: number | undefined, limit?: number): Reading => ({
  quota,
  kind: "rolling",
  unit: "ratio",
  readAt: new Date("2026-11-21T12:00:00Z"),
  ...(remaining !== undefined && { limit: limit ?? 1, remaining }),
  enforcement: "hard",
  source: "api",
  confidence: remaining === undefined ? "degraded" : "reported",
});

const idsOf = (readings: readonly Reading[]) => readings.map(({ quota, remaining }) => [quota, remaining]);

describe("slug", () => {
  it.each([
    ["GPT-5.3-Codex-Spark", "gpt_5_3_codex_spark"],
    ["gemini-2.5-pro", "gemini_2_5_pro"],
    ["Gemini 3 Pro (High)", "gemini_3_pro_high"],
    ["five_hour", "five_hour"],
    ["__a  --  b__", "a_b"],
    ["models/ü1", "models_1"],
    ["日本", ""],
    ["", ""],
  ])("of %j is %j", (name, id) => {
    expect(slug(name)).toBe(id);
  });

  it("stays within what the config takes as an id, however long the name", () => {
    expect(slug("a".repeat(10_000))).toHaveLength(48);
    expect(slug(`${"a".repeat(47)}-b`)).toBe("a".repeat(47));
  });
});

describe("the tightest of each", () => {
  it("is the one with the least left, and not the one that is unknown", () => {
    const readings = [share("a", undefined), share("b", 0.5), share("a", 0.75), share("b", 0.25), share("a", 1)];

    expect(idsOf(tightestOfEach(readings))).toEqual([
      ["a", 0.75],
      ["b", 0.25],
    ]);
  });

  it("is the first where equal", () => {
    const first = share("a", 0.5);

    expect(tightestOfEach([first, share("a", 0.5)])[0]).toBe(first);
  });

  it("may be empty without telling its limit", () => {
    const { limit: _limit, ...empty } = share("a", 0);

    expect(tightestOfEach([share("a", 0.1), empty])).toEqual([empty]);
  });
});

describe("what an account keeps", () => {
  const open = Array.from({ length: 33 }, (_, index) => share(`m${index}`, 1 - index / 100));

  it("is all of it while there is room, as told", () => {
    const { readings, dropped } = keepTightest([share("week", 0.5)], open.slice(0, 31));

    expect(readings.map(({ quota }) => quota)).toEqual(["week", ...open.slice(0, 31).map(({ quota }) => quota)]);
    expect(dropped).toBeUndefined();
  });

  it("is what has a name of ours, and the tightest of the rest", () => {
    const { readings, dropped } = keepTightest([share("week", undefined)], [...open, share("unknown", undefined)]);

    expect(readings).toHaveLength(32);
    expect(readings[0]?.quota).toBe("week");
    expect(readings[1]?.quota).toBe("m32");
    expect(readings.map(({ quota }) => quota)).not.toContain("unknown");
    expect(dropped).toBe(3);
  });

  it("has each id once, also that of a quota with a name of ours", () => {
    const { readings } = keepTightest([share("week", 0.5)], [share("week", 0.1), share("m", 0.2), share("m", 0.3)]);

    expect(idsOf(readings)).toEqual([
      ["week", 0.5],
      ["m", 0.2],
    ]);
  });
});
