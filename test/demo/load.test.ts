import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demand, IDLE, steady } from "../../src/demo/load.ts";

const BURST = [
  { fromSeconds: 10, perSecond: 2 },
  { fromSeconds: 20, perSecond: 100 },
  { fromSeconds: 25, perSecond: 0 },
];

describe("demand", () => {
  it.each([
    { name: "nothing before the first step", from: 0, to: 10, asked: 0 },
    { name: "a part of one step", from: 12, to: 15, asked: 6 },
    { name: "several steps", from: 15, to: 22, asked: 210 },
    { name: "all of it", from: 0, to: 1000, asked: 520 },
    { name: "nothing in no time", from: 22, to: 22, asked: 0 },
  ])("is $name", ({ from, to, asked }) => {
    expect(demand(BURST, from, to)).toBe(asked);
  });

  it("of an idle account is nothing", () => {
    expect(demand(IDLE, 0, 1e6)).toBe(0);
  });

  it("of a steady account goes on for ever", () => {
    expect(demand(steady(3), 1_000_000, 1_000_010)).toBe(30);
  });

  it("does not depend on where time is cut", () => {
    const second = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(second, second, second, (...instants) => {
        const [a = 0, b = 0, c = 0] = instants.sort((x, y) => x - y);
        expect(demand(BURST, a, b) + demand(BURST, b, c)).toBe(demand(BURST, a, c));
      }),
    );
  });
});
