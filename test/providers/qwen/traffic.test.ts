import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";
import freeTierOnly from "./fixtures/models.403.free-tier-only.json" with { type: "json" };
import endedTier from "./fixtures/models.429.ended-tier.json" with { type: "json" };
import insufficientQuota from "./fixtures/models.429.insufficient-quota.json" with { type: "json" };
import native from "./fixtures/models.429.native.json" with { type: "json" };

const BUCKET = { kind: "rate_limit", refused: true, enforcement: "hard" };
const REQUESTS = { ...BUCKET, quota: "requests", unit: "requests" };
const TOKENS = { ...BUCKET, quota: "tokens", unit: "tokens" };

const refused = (status: number, error: unknown, model?: string) =>
  understood("qwen", { status, error, ...(model !== undefined && { model }) });

describe("a call to DashScope", () => {
  it("is throttled in its tokens by the code that elsewhere means that money is missing", () => {
    expect(refused(429, insufficientQuota)).toEqual({ refusal: "throttled", readings: [TOKENS] });
  });

  it("is throttled in the native form", () => {
    expect(refused(429, native).refusal).toBe("throttled");
  });

  it.each([
    ["Throttling.AllocationQuota", TOKENS],
    ["Throttling.RateQuota", REQUESTS],
    ["Throttling.BurstRate", REQUESTS],
    ["Throttling", REQUESTS],
    ["limit_requests", REQUESTS],
  ])("is throttled with %s", (code, reading) => {
    expect(refused(429, { code, message: "x", request_id: "1" })).toEqual({
      refusal: "throttled",
      readings: [reading],
    });
  });

  it.each([
    ["its own", "qwen3-max", { quota: "qwen3_max_free_tokens", models: ["qwen3-max"] }],
    ["one without a name", undefined, { quota: "free_tokens" }],
  ])("that has used up the free grant of a model, %s, says so", (_name, model, expected) => {
    expect(refused(403, freeTierOnly, model)).toEqual({
      refusal: "quota",
      readings: [{ kind: "credits", unit: "tokens", partial: true, refused: true, enforcement: "hard", ...expected }],
    });
  });

  it.each([400, 403])("of an account that is overdue is out of money (%i)", (status) => {
    expect(refused(status, { code: "Arrearage", message: "x" })).toEqual({
      refusal: "spend_cap",
      readings: [{ quota: "spend", kind: "calendar", unit: "usd", refused: true, enforcement: "hard" }],
    });
  });

  it("of the tier that ended has no plan", () => {
    expect(refused(429, endedTier)).toEqual({ refusal: "not_entitled", readings: [] });
  });

  it.each([
    [401, "InvalidApiKey", "auth"],
    [400, "invalid_api_key", "auth"],
    [403, "Model.AccessDenied", "not_entitled"],
    [404, "ModelNotFound", "other"],
  ])("that is refused with a %i, %s, is %s", (status, code, refusal) => {
    expect(refused(status, { error: { code, message: "x" } })).toEqual({ refusal, readings: [] });
  });
});
