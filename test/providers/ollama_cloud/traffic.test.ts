import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";

const refused = (status: number, error: string) => understood("ollama_cloud", { status, error: { error } });
const REFUSED = { unit: "ratio", limit: 1, refused: true, enforcement: "hard" };

describe("a call to Ollama Cloud", () => {
  it.each([
    [
      "you (alice) have reached your session usage limit, upgrade",
      { quota: "session", kind: "rolling", periodSeconds: 18_000 },
    ],
    ["You've reached your hourly usage limit", { quota: "session", kind: "rolling", periodSeconds: 18_000 }],
    ["you have reached your weekly usage limit (ref: 1)", { quota: "weekly", kind: "rolling", periodSeconds: 604_800 }],
    ["you have reached your monthly usage limit", { quota: "monthly", kind: "calendar" }],
  ])("that is refused because %j means that window", (message, window) => {
    expect(refused(429, message)).toEqual({ refusal: "quota", readings: [{ ...window, ...REFUSED }] });
  });

  it("that is refused for a window without a name leaves it to the usage call", () => {
    expect(refused(429, "You've reached your usage limit, please upgrade to continue")).toEqual({
      refusal: "quota",
      readings: [],
    });
  });

  it.each([
    [429, "too many concurrent requests", "throttled", ["requests"]],
    [401, "unauthorized", "auth", []],
    [503, "server busy", "overloaded", []],
  ])("that is refused with a %i, %s, is understood by its status", (status, message, refusal, quotas) => {
    const told = refused(status, message);

    expect(told.refusal).toBe(refusal);
    expect(told.readings.map(({ quota }) => quota)).toEqual(quotas);
  });
});
