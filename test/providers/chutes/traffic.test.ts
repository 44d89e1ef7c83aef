import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";

const MIDNIGHT = new Date("2026-11-22T00:00:00Z");
const DAILY = { quota: "daily", kind: "calendar", unit: "requests", periodSeconds: 86_400, resetAt: MIDNIGHT };
const BALANCE = { quota: "balance", kind: "credits", unit: "usd", refused: true, enforcement: "hard" };

const refused = (status: number, detail: unknown) => understood("chutes", { status, error: { detail } });

describe("a call to Chutes", () => {
  it("tells the requests of the day, which stop nobody by themselves", () => {
    const headers = { "X-Chutes-Quota-Total": "2000", "X-Chutes-Quota-Used": "13", "X-Chutes-Quota-Remaining": "1987" };

    expect(understood("chutes", { headers })).toEqual({
      readings: [{ ...DAILY, limit: 2000, remaining: 1987, enforcement: "soft" }],
    });
  });

  it.each([
    ["0 of 0, which is no quota", { "x-chutes-quota-total": "0", "x-chutes-quota-remaining": "0" }],
    ["a limit alone", { "x-chutes-quota-total": "2000" }],
    ["a number that is none", { "x-chutes-quota-total": "2000", "x-chutes-quota-remaining": "-1" }],
  ])("tells no quota of %s", (_name, headers) => {
    expect(understood("chutes", { headers }).readings).toEqual([]);
  });

  it.each([
    ["the reset that is told", "2026-11-21T18:00:00+00:00", "2026-11-21T18:00:00Z"],
    ["midnight where it is not", "soon", "2026-11-22T00:00:00Z"],
  ])("beyond the day's requests and the balance waits for %s", (_name, told, time) => {
    const message = "Quota exceeded and account balance is $0.0, please pay with fiat or send tao to x";

    expect(refused(402, { message, quota_reset_timestamp: told })).toEqual({
      refusal: "quota",
      readings: [{ ...DAILY, resetAt: new Date(time), refused: true, enforcement: "hard" }, BALANCE],
    });
  });

  it("beyond the cap of the plan needs a balance", () => {
    expect(refused(402, "Subscription usage cap exceeded. Please add balance to continue.")).toEqual({
      refusal: "spend_cap",
      readings: [BALANCE],
    });
  });

  it("to a free model that is over for the day says so", () => {
    expect(refused(429, "Free models limit reached for today - add balance")).toEqual({
      refusal: "quota",
      readings: [{ ...DAILY, quota: "free_model_daily_requests", partial: true, refused: true, enforcement: "hard" }],
    });
  });

  it.each([
    [402, "TEE models require an active subscription or positive balance.", "not_entitled"],
    [402, "This model requires a higher subscription tier or positive balance.", "not_entitled"],
    [401, "Invalid token", "auth"],
    [503, "No instances", "overloaded"],
  ])("that is refused with a %i, %s, says nothing of a quota", (status, detail, refusal) => {
    expect(refused(status, detail)).toEqual({ refusal, readings: [] });
  });
});
