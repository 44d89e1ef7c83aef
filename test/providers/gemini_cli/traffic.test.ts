import { describe, expect, it } from "vitest";
import { at, understood } from "../understood.ts";

const MODEL = {
  quota: "gemini_3_pro_preview",
  kind: "rolling",
  unit: "ratio",
  limit: 1,
  models: ["gemini-3-pro-preview"],
  partial: true,
  refused: true,
  enforcement: "hard",
};
const BUCKET = { quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" };

function refused(
  reason: string | undefined,
  metadata: object,
  { status = 429, retryDelay = "", model = "", provider = "gemini_cli" } = {},
) {
  const details = [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "cloudcode-pa.googleapis.com", metadata },
    ...(retryDelay === "" ? [] : [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay }]),
  ];
  const error = { error: { code: status, message: "You have exhausted your capacity on this model.", details } };
  return understood(provider, { status, error, ...(model !== "" && { model }) });
}

describe.each(["gemini_cli", "antigravity"])("a call through Code Assist (%s)", (provider) => {
  it("that is refused for long is out of the quota of its model until the time that is told", () => {
    const metadata = {
      model: "gemini-3-pro-preview",
      quotaResetDelay: "13h19m1s",
      quotaResetTimeStamp: "2026-11-22T01:19:01Z",
    };

    expect(refused("QUOTA_EXHAUSTED", metadata, { provider })).toEqual({
      refusal: "quota",
      retryAfterSeconds: 47_941,
      readings: [{ ...MODEL, resetAt: new Date("2026-11-22T01:19:01Z") }],
    });
  });

  it.each([
    ["RATE_LIMIT_EXCEEDED", { quotaResetDelay: "539.477544ms" }, "", "throttled"],
    ["RATE_LIMIT_EXCEEDED", { quotaResetDelay: "300s" }, "", "throttled"],
    ["RATE_LIMIT_EXCEEDED", { quotaResetDelay: "301s" }, "", "quota"],
    ["RATE_LIMIT_EXCEEDED", {}, "", "quota"],
    ["RATE_LIMIT_EXCEEDED", {}, "515092.730699158s", "quota"],
    ["QUOTA_EXHAUSTED", { quotaResetDelay: "20s" }, "", "quota"],
    [undefined, {}, "", "throttled"],
    [undefined, {}, "20s", "throttled"],
    [undefined, {}, "3600s", "quota"],
  ])("with the reason %s, %o and the delay '%s' is %s", (reason, metadata, retryDelay, refusal) => {
    const told = refused(reason, { model: "gemini-3-pro-preview", ...metadata }, { provider, retryDelay });

    expect(told.refusal).toBe(refusal);
    expect(told.readings).toMatchObject([refusal === "quota" ? MODEL : BUCKET]);
  });

  it("takes the end of the wait for the reset where no other is told", () => {
    const told = refused("QUOTA_EXHAUSTED", { quotaResetDelay: "1h" }, { provider, model: "gemini-3-pro-preview" });

    expect(told.readings).toEqual([{ ...MODEL, resetAt: at("13:00:00") }]);
  });

  it("names no quota where no model is told", () => {
    expect(refused("QUOTA_EXHAUSTED", {}, { provider })).toEqual({ refusal: "quota", readings: [] });
  });

  it.each([
    ["MODEL_CAPACITY_EXHAUSTED", 429, "overloaded"],
    ["MODEL_CAPACITY_EXCEEDED", 503, "overloaded"],
    ["VALIDATION_REQUIRED", 403, "not_entitled"],
    ["UNSUPPORTED_CLIENT", 403, "not_entitled"],
    ["SOMETHING", 403, "auth"],
  ])("with the reason %s and a %i is %s", (reason, status, refusal) => {
    expect(refused(reason, {}, { provider, status })).toEqual({ refusal, readings: [] });
  });

  it("is out of money when the bought credits are used up", () => {
    expect(refused("INSUFFICIENT_G1_CREDITS_BALANCE", {}, { provider })).toMatchObject({
      refusal: "spend_cap",
      readings: [{ quota: "spend", refused: true }],
    });
  });
});
