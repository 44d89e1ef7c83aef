import { describe, expect, it } from "vitest";
import { DAILY, run } from "./run-mapping.ts";

describe("a condition that is false", () => {
  it.each<[what: string, when: string, answer: object, lacking: string | undefined]>([
    ["tells which field is not there", "data.kind = 'week'", {}, "$.data.kind is not there"],
    ["tells that a field is null", "data.kind = 'week'", { data: { kind: null } }, "$.data.kind is null"],
    ["tells nothing where everything is there", "data.kind = 'week'", { data: { kind: "day" } }, undefined],
    [
      "tells no more than three",
      "a = 1 or b = 1 or c = 1 or d = 1",
      {},
      "$.a is not there, $.b is not there, $.c is not there",
    ],
  ])("%s", async (_what, when, answer, lacking) => {
    const { traces } = await run([{ ...DAILY, when, remaining: "1" }], answer);

    const trace = { field: "readings.0.when", expression: when, at: "$", outcome: "value", told: "false" };
    expect(traces).toEqual([lacking === undefined ? trace : { ...trace, lacking }]);
  });

  it("says of a list on which item it was asked", async () => {
    const rule = { ...DAILY, each: "pools", when: "on", remaining: "left" };
    const { traces } = await run([rule], { pools: [{ on: true, left: 1 }, {}] });

    expect(traces.at(-1)).toMatchObject({ at: "$.pools[1]", told: "false", lacking: "$.pools[1].on is not there" });
    expect(traces.find(({ at }) => at === "$.pools[0]")).not.toHaveProperty("lacking");
  });
});
