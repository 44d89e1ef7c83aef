import { describe, expect, it } from "vitest";
import { balanceEnforcement } from "../../src/quota/balance.ts";
import type { Enforcement, Reading, Subscription } from "../../src/quota/reading.ts";

function window(facts: Partial<Reading>): Reading {
  return {
    quota: "weekly",
    kind: "calendar",
    unit: "requests",
    readAt: new Date("2026-11-21T12:00:00Z"),
    enforcement: "hard",
    source: "api",
    confidence: "reported",
    ...facts,
  };
}

const LEFT = window({ limit: 10, remaining: 1 });
const USED_UP = window({ limit: 10, remaining: 0 });

describe("balanceEnforcement", () => {
  it.each<[name: string, subscription: Subscription | undefined, windows: readonly Reading[], expected: Enforcement]>([
    ["is hard without a subscription", undefined, [], "hard"],
    ["is hard beside a lapsed subscription", "inactive", [LEFT], "hard"],
    ["is soft beside a subscription with something left", "active", [LEFT], "soft"],
    ["is soft beside a subscription in grace, which still serves", "grace", [LEFT], "soft"],
    ["is soft beside a subscription without any window", "active", [], "soft"],
    ["is hard once one window of several is used up", "active", [LEFT, USED_UP], "hard"],
    ["is hard once a window is passed", "active", [window({ limit: 10, used: 12 })], "hard"],
    ["is hard once a window refuses", "active", [window({ limit: 10, remaining: 1, refused: true })], "hard"],
    ["is soft beside an empty window that stops nobody", "active", [{ ...USED_UP, enforcement: "soft" }], "soft"],
    ["is soft beside a window that tells nothing", "active", [window({ confidence: "degraded" })], "soft"],
  ])("%s", (_name, subscription, windows, expected) => {
    expect(balanceEnforcement({ subscription, windows })).toBe(expected);
  });
});
