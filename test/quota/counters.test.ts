import { describe, expect, it } from "vitest";
import { amountsIn } from "../../src/quota/counters.ts";

describe("the amounts in counters", () => {
  it.each<[name: string, counters: Parameters<typeof amountsIn>[0], amounts: object | undefined]>([
    ["are what remains, as told", { limit: 10, used: 3, remaining: 8 }, { limit: 10, remaining: 8 }],
    ["are what was used where nothing else is told", { limit: 10, used: 3 }, { limit: 10, used: 3 }],
    ["go below zero where the rest stops at 0", { limit: 10, used: 13, remaining: 0 }, { limit: 10, remaining: -3 }],
    ["go below zero where the rest is not told", { limit: 10, used: 13 }, { limit: 10, remaining: -3 }],
    ["are the rest where it and the use disagree", { limit: 10, used: 13, remaining: 2 }, { limit: 10, remaining: 2 }],
    ["keep a rest of 0", { limit: 10, used: 10, remaining: 0 }, { limit: 10, remaining: 0 }],
    ["keep a limit of 0", { limit: 0, used: 0, remaining: 0 }, { limit: 0, remaining: 0 }],
    ["are both where no limit is told", { limit: null, used: 3, remaining: 8 }, { used: 3, remaining: 8 }],
    ["are unknown with a limit alone", { limit: 10, used: null, remaining: null }, undefined],
    ["are unknown with nothing", {}, undefined],
  ])("%s", (_name, counters, amounts) => {
    expect(amountsIn(counters)).toEqual(amounts);
  });
});
