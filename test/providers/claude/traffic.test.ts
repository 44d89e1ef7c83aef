import { describe, expect, it } from "vitest";
import { at, epochIn, understood } from "../understood.ts";

const P = "anthropic-ratelimit-unified-";
const HEADERS = {
  [`${P}status`]: "allowed",
  [`${P}reset`]: epochIn(3600),
  [`${P}representative-claim`]: "five_hour",
  [`${P}5h-status`]: "allowed",
  [`${P}5h-utilization`]: "0.25",
  [`${P}5h-reset`]: epochIn(3600),
  [`${P}7d-status`]: "allowed_warning",
  [`${P}7d-utilization`]: "0.75",
  [`${P}7d-reset`]: epochIn(7200),
  [`${P}7d_oi-utilization`]: "0.5",
  [`${P}7d-sonnet-utilization`]: "0",
  [`${P}overage-utilization`]: "0.5",
  [`${P}overage-status`]: "allowed",
};
const WINDOW = { kind: "rolling", unit: "ratio", limit: 1, enforcement: "hard" };
const FIVE_HOUR = { ...WINDOW, quota: "five_hour", remaining: 0.75, resetAt: at("13:00:00"), periodSeconds: 18_000 };
const SEVEN_DAY = { ...WINDOW, quota: "seven_day", remaining: 0.25, resetAt: at("14:00:00"), periodSeconds: 604_800 };

const call = (over: Record<string, string>, status = 429) =>
  understood("claude", {
    status,
    headers: { ...HEADERS, ...over },
    ...(status >= 400 && {
      error: { type: "error", error: { type: "rate_limit_error", message: "This would exceed" } },
    }),
  });
const refusedOf = (told: ReturnType<typeof call>) =>
  told.readings.filter(({ refused }) => refused).map(({ quota, remaining }) => [quota, remaining]);

describe("a call with a Claude login", () => {
  it("tells its windows, as fractions", () => {
    expect(call({}, 200)).toEqual({
      readings: [
        FIVE_HOUR,
        SEVEN_DAY,
        { ...WINDOW, quota: "seven_day_oi", remaining: 0.5, periodSeconds: 604_800, partial: true },
        { ...WINDOW, quota: "seven_day_sonnet", remaining: 1, periodSeconds: 604_800, partial: true },
      ],
    });
  });

  it("is refused for the window that says so, however much it was passed by", () => {
    const told = call({ [`${P}status`]: "rejected", [`${P}5h-status`]: "rejected", [`${P}5h-utilization`]: "1.25" });

    expect(told.refusal).toBe("quota");
    expect(refusedOf(told)).toEqual([["five_hour", -0.25]]);
  });

  it.each([
    ["the window that is named", { [`${P}representative-claim`]: "seven_day" }, [["seven_day", 0.25]]],
    [
      "the window that is named by its longer name",
      { [`${P}representative-claim`]: "seven_day_overage_included" },
      [["seven_day_oi", 0.5]],
    ],
    [
      "those that are used up, if none is named",
      { [`${P}representative-claim`]: "overage", [`${P}7d-utilization`]: "1.0" },
      [["seven_day", 0]],
    ],
  ])("is refused for %s where only the whole is rejected", (_name, over, expected) => {
    const told = call({ [`${P}status`]: "rejected", ...over });

    expect(told.refusal).toBe("quota");
    expect(refusedOf(told)).toEqual(expected);
  });

  it("is throttled where no window is rejected", () => {
    const told = call({ "retry-after": "12" });

    expect(told).toMatchObject({ refusal: "throttled", retryAfterSeconds: 12 });
    expect(refusedOf(told)).toEqual([["requests", undefined]]);
  });

  it("is served past a window that the overage pays for", () => {
    expect(refusedOf(call({ [`${P}5h-utilization`]: "1.02" }, 200))).toEqual([]);
  });

  it.each([
    [401, "authentication_error", "auth"],
    [529, "overloaded_error", "overloaded"],
    [400, "invalid_request_error", "other"],
  ])("with a %i is %s", (status, type, refusal) => {
    expect(understood("claude", { status, error: { error: { type } } })).toEqual({ refusal, readings: [] });
  });

  it.each(["37", "-0.5", "Infinity", "0,5", ""])("tells nothing of a window that is used by %j", (utilization) => {
    expect(understood("claude", { headers: { [`${P}5h-utilization`]: utilization } }).readings).toEqual([]);
  });

  it("has no reset where the one that is told has passed", () => {
    const [window] = understood("claude", {
      headers: { [`${P}5h-utilization`]: "0.5", [`${P}5h-reset`]: epochIn(-60) },
    }).readings;

    expect(window).not.toHaveProperty("resetAt");
  });
});
