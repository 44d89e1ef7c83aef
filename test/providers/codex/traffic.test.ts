import { describe, expect, it } from "vitest";
import { at, epochIn, NOW, understood } from "../understood.ts";

const HEADERS = {
  "x-codex-primary-used-percent": "25",
  "x-codex-primary-window-minutes": "300",
  "x-codex-primary-reset-at": epochIn(3600),
  "x-codex-secondary-used-percent": "75",
  "x-codex-secondary-window-minutes": "10079",
  "x-codex-secondary-reset-after-seconds": "7200",
};
const WINDOW = { kind: "rolling", unit: "ratio", limit: 1, enforcement: "hard" };
const FIVE_HOUR = { ...WINDOW, quota: "five_hour", remaining: 0.75, resetAt: at("13:00:00"), periodSeconds: 18_000 };
const WEEKLY = { ...WINDOW, quota: "weekly", remaining: 0.25, resetAt: at("14:00:00"), periodSeconds: 604_740 };

const refused = (error: object, headers: Record<string, string> = {}) =>
  understood("codex", { status: 429, headers, error: { error } });

describe("a call with a ChatGPT login", () => {
  it("tells its windows by their lengths", () => {
    expect(understood("codex", { headers: HEADERS }).readings).toEqual([FIVE_HOUR, WEEKLY]);
  });

  it("tells a week that stands in the first slot for what it is", () => {
    const headers = { "x-codex-primary-used-percent": "12.5", "x-codex-primary-window-minutes": "10080" };

    expect(understood("codex", { headers }).readings).toEqual([
      { ...WINDOW, quota: "weekly", remaining: 0.875, periodSeconds: 604_800 },
    ]);
  });

  it("tells the limit of a model by the name of the model, else by its own", () => {
    const family = (name: string) => ({
      [`x-codex-${name}-primary-used-percent`]: "50",
      [`x-codex-${name}-primary-window-minutes`]: "300",
    });
    const headers = {
      ...family("bengalfox"),
      "x-codex-bengalfox-limit-name": "GPT-5.3-Codex-Spark",
      ...family("otter"),
      ...family("code-review"),
    };

    expect(understood("codex", { headers }).readings.map(({ quota, partial }) => [quota, partial])).toEqual([
      ["gpt_5_3_codex_spark_five_hour", true],
      ["otter_five_hour", true],
      ["code_review_five_hour", true],
    ]);
  });

  it("takes a family of zeros for one that is not there", () => {
    const headers = { "x-codex-primary-used-percent": "0", "x-codex-primary-window-minutes": "0" };

    expect(understood("codex", { headers }).readings).toEqual([]);
  });

  it.each([
    [
      "a balance, behind a plan that still serves",
      { "x-codex-credits-balance": "796.25" },
      HEADERS,
      { remaining: 796.25, enforcement: "soft" },
    ],
    ["a balance without a plan", { "x-codex-credits-balance": "0" }, {}, { remaining: 0, enforcement: "hard" }],
    ["no end of them", { "x-codex-credits-unlimited": "true" }, {}, { unlimited: true, enforcement: "hard" }],
  ])("tells credits: %s", (_name, credits, windows, expected) => {
    const headers = { "x-codex-credits-has-credits": "true", ...credits, ...windows };

    expect(understood("codex", { headers }).readings.find(({ quota }) => quota === "credits")).toEqual({
      quota: "credits",
      kind: "credits",
      unit: "credits",
      ...expected,
    });
  });

  it("tells no credits where there are none", () => {
    const headers = { "x-codex-credits-has-credits": "false", "x-codex-credits-balance": "0" };

    expect(understood("codex", { headers }).readings).toEqual([]);
  });

  it("that is refused means the window that is used up", () => {
    const headers = { ...HEADERS, "x-codex-secondary-used-percent": "100" };
    const told = refused({ type: "usage_limit_reached", resets_in_seconds: 7200 }, headers);

    expect(told).toMatchObject({ refusal: "quota", retryAfterSeconds: 7200 });
    expect(told.readings).toEqual([{ ...WEEKLY, remaining: 0, refused: true }, FIVE_HOUR]);
  });

  it("that is refused means the window whose reset is told", () => {
    const told = refused({ type: "usage_limit_reached", resets_at: NOW.getTime() / 1000 + 3599 }, HEADERS);

    expect(told.readings).toEqual([{ ...FIVE_HOUR, refused: true }, WEEKLY]);
  });

  it.each([
    ["five_hour", 3600, "13:00:00", 18_000],
    ["weekly", 36_000, "22:00:00", 604_800],
  ])(
    "that is refused without headers means the window %s where the wait is %i s",
    (quota, wait, time, periodSeconds) => {
      expect(refused({ type: "usage_limit_reached", resets_at: NOW.getTime() / 1000 + wait })).toEqual({
        refusal: "quota",
        retryAfterSeconds: wait,
        readings: [
          {
            quota,
            kind: "rolling",
            unit: "ratio",
            limit: 1,
            periodSeconds,
            resetAt: at(time),
            refused: true,
            enforcement: "hard",
          },
        ],
      });
    },
  );

  it("that is refused with neither headers nor a time names no window", () => {
    expect(refused({ type: "usage_limit_reached" })).toEqual({ refusal: "quota", readings: [] });
  });

  it("that is refused for want of credits says so", () => {
    expect(refused({ code: "insufficient_quota" })).toEqual({
      refusal: "spend_cap",
      readings: [{ quota: "credits", kind: "credits", unit: "credits", refused: true, enforcement: "hard" }],
    });
  });

  it.each([
    ["usage_not_included", "not_entitled", 0],
    ["rate_limit_exceeded", "throttled", 1],
  ])("that is refused with %s is %s", (type, refusal, readings) => {
    const told = refused({ type });

    expect(told.refusal).toBe(refusal);
    expect(told.readings).toHaveLength(readings);
  });
});
