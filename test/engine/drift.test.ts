import { describe, expect, it } from "vitest";
import { FOUR_HOURS, HOUR, only, startRun, type Told } from "../support/readings.ts";

const COUNT: Told = { source: "count", confidence: "estimated" };
const ratioAfter = (reported: Told, counted: Told, wait = 60) => {
  const run = startRun();
  run.read(reported);
  run.pass(60);
  run.observe({ ...COUNT, ...counted });
  return only(run.pass(wait)).driftRatio;
};

describe("the drift of our count from what the provider tells", () => {
  it.each<[string, Told, Told, number | undefined]>([
    ["is the share of the limit that we counted less", { remaining: 600 }, { used: 350 }, -0.05],
    ["is above 0 where we counted more", { remaining: 600 }, { used: 410 }, 0.01],
    ["is 0 where both agree", { remaining: 600 }, { used: 400 }, 0],
    ["is taken from the limit of the provider", { remaining: 600 }, { used: 500, limit: 50_000 }, 0.1],
    [
      "is unknown where the window ends at another time",
      { remaining: 600 },
      { used: 1, resetAt: undefined },
      undefined,
    ],
    ["is unknown where another thing is counted", { remaining: 600 }, { used: 400, unit: "tokens" }, undefined],
    ["is unknown where the provider tells no limit", { limit: undefined, remaining: 600 }, { used: 1 }, undefined],
    ["is unknown where the provider tells nothing of use", { limit: undefined, used: 4 }, { used: 1 }, undefined],
  ])("%s", (_what, reported, counted, drift) => {
    expect(ratioAfter(reported, counted)).toBe(drift);
  });

  it("is unknown while our count is all there is", () => {
    const run = startRun();

    expect(only(run.observe({ ...COUNT, used: 10 })).driftRatio).toBeUndefined();
  });

  it("is unknown once we have not counted for a while", () => {
    const reported: Told = { ...FOUR_HOURS, remaining: 600 };

    expect(ratioAfter(reported, { used: 400 }, 500)).toBe(0);
    expect(ratioAfter(reported, { used: 400 }, HOUR)).toBeUndefined();
  });
});
