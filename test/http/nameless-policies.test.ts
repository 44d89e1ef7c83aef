import { describe, expect, it } from "vitest";
import { windowOfLimit } from "../../src/http/nameless-policies.ts";

describe("windowOfLimit", () => {
  it.each<[what: string, policies: string, found: number | undefined]>([
    ["the policy of the same limit", "40;w=60, 900;w=3600", 60],
    ["that of another place in the list", "900;w=3600, 40;w=60", 60],
    ["a policy with more about it", '40;comment="fixed";w=60;burst=9', 60],
    ["the same policy twice", "40;w=60, 40;w=60", 60],
    ["the limit before its policies", "40, 40;w=60", 60],
    ["none of two policies of the same limit", "40;w=60, 40;w=3600", undefined],
    ["none of another limit", "900;w=3600", undefined],
    ["none without a window", "40", undefined],
    ["no window of no length", "40;w=0", undefined],
    ["no window in words", "40;w=minute", undefined],
    ["none of a policy with a name", '"40";q=40;w=60', undefined],
    ["none of a list of endless length", `40;w=60, ${"9;w=1,".repeat(400)}`, undefined],
  ])("finds %s", (_, policies, found) => {
    expect(windowOfLimit(policies, 40)).toBe(found);
  });

  it("finds nothing for a limit that is not told", () => {
    expect(windowOfLimit("40;w=60", undefined)).toBeUndefined();
  });
});
