import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";
import bare from "./fixtures/models.429.bare.json" with { type: "json" };
import perDay from "./fixtures/models.429.per-day.json" with { type: "json" };
import perMinute from "./fixtures/models.429.per-minute.json" with { type: "json" };

const MIDNIGHT_PACIFIC = new Date("2026-11-22T08:00:00Z");
const DAILY = {
  quota: "gemini_2_5_flash_daily",
  kind: "calendar",
  unit: "requests",
  limit: 250,
  models: ["gemini-2.5-flash"],
  partial: true,
  periodSeconds: 86_400,
  resetAt: MIDNIGHT_PACIFIC,
  refused: true,
  enforcement: "hard",
};
const UNTIL_MIDNIGHT = 20 * 3600;
const BUCKET = { kind: "rate_limit", refused: true, enforcement: "hard" };

const refused = (status: number, error: unknown, model?: string) =>
  understood("gemini", { status, error, ...(model !== undefined && { model }) });
const failure = (details: readonly object[], message = "No.") => ({
  error: { code: 429, status: "RESOURCE_EXHAUSTED", message, details },
});
const violation = (quotaId: string, over: object = {}) =>
  failure([{ violations: [{ quotaId, ...over }] }, { retryDelay: "20s" }]);

describe("a call to Gemini", () => {
  it("that is refused for the day tells the limit of the model, until midnight Pacific time", () => {
    expect(refused(429, perDay)).toEqual({
      refusal: "quota",
      readings: [DAILY],
      retryAfterSeconds: UNTIL_MIDNIGHT,
    });
  });

  it.each<[name: string, body: unknown]>([
    ["in a list, as a stream answers", [perDay]],
    ["in the message of another error", { error: { code: 429, message: JSON.stringify(perDay) } }],
    ["as a text", JSON.stringify(perDay)],
  ])("is understood the same when its error comes %s", (_name, body) => {
    expect(refused(429, body).readings).toEqual([DAILY]);
  });

  it.each([
    ["no model", {}, undefined, { quota: "daily" }, ["limit", "models", "partial"]],
    [
      "the model that was called",
      {},
      "models/gemini-3-pro",
      { quota: "gemini_3_pro_daily", models: ["gemini-3-pro"] },
      ["limit"],
    ],
    ["a limit that is no number", { quotaValue: "plenty" }, undefined, { quota: "daily" }, ["limit"]],
    [
      "a model whose name begins no id",
      { quotaDimensions: { model: "3-pro" } },
      undefined,
      { quota: "daily", models: ["3-pro"] },
      ["limit"],
    ],
  ])("that is refused for the day and tells %s", (_name, over, model, expected, absent) => {
    const [reading] = refused(
      429,
      violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier", over),
      model,
    ).readings;

    expect(reading).toMatchObject(expected);
    for (const key of [...absent, "remaining", "used"]) expect(reading).not.toHaveProperty(key);
  });

  it("that is refused for the tokens of the day names them", () => {
    expect(refused(429, violation("GenerateContentInputTokensPerModelPerDay")).readings).toMatchObject([
      { quota: "daily_input_tokens", unit: "input_tokens" },
    ]);
  });

  it("that is refused for the minute is throttled, and tells the limit of the bucket", () => {
    const bucket = { ...BUCKET, models: ["gemini-2.5-flash"], periodSeconds: 60 };

    expect(refused(429, perMinute)).toEqual({
      refusal: "throttled",
      readings: [
        { ...bucket, quota: "requests", unit: "requests", limit: 10 },
        { ...bucket, quota: "input_tokens", unit: "input_tokens" },
      ],
      retryAfterSeconds: 20.04466179,
    });
  });

  it("that is refused for the day and the minute is out of quota", () => {
    const both = failure([
      {
        violations: [
          { quotaId: "GenerateRequestsPerMinutePerProject" },
          { quotaId: "RequestsPerDay", quotaValue: "9" },
        ],
      },
    ]);

    expect(refused(429, both)).toMatchObject({
      refusal: "quota",
      retryAfterSeconds: UNTIL_MIDNIGHT,
      readings: [
        { quota: "requests", kind: "rate_limit" },
        { quota: "daily", limit: 9 },
      ],
    });
  });

  it("that is refused without a word on the window is throttled", () => {
    expect(refused(429, bare)).toEqual({
      refusal: "throttled",
      readings: [{ ...BUCKET, quota: "requests", unit: "requests" }],
    });
  });

  it("takes the wait out of the message where nothing else tells it", () => {
    expect(refused(429, failure([], "Please retry in 20.04466179s."))).toMatchObject({
      refusal: "throttled",
      retryAfterSeconds: 20.04466179,
    });
  });

  it.each<[name: string, status: number, body: unknown, refusal: string]>([
    ["a model that the tier does not have", 429, failure([], "limit: 0, model: x"), "not_entitled"],
    ["a busy model", 429, failure([{ reason: "MODEL_CAPACITY_EXHAUSTED" }]), "overloaded"],
    ["a wrong key", 400, failure([{ reason: "API_KEY_INVALID" }]), "auth"],
    ["a wrong key in words", 400, failure([], "API key not valid. Please pass a valid API key."), "auth"],
    ["an API that is switched off", 403, failure([{ reason: "SERVICE_DISABLED" }]), "not_entitled"],
    ["a blocked key", 403, failure([]), "auth"],
    ["a busy service", 503, failure([], "The model is overloaded."), "overloaded"],
    ["a mistake of the caller", 400, failure([]), "other"],
    ["no JSON", 502, "<html>", "other"],
  ])("that is refused for %s says nothing of a quota", (_name, status, body, refusal) => {
    expect(refused(status, body)).toEqual({ refusal, readings: [] });
  });
});
