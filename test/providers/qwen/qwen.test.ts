import nock from "nock";
import { describe, expect, it } from "vitest";
import { qwen } from "../../../src/providers/qwen/qwen.ts";
import { problemsOf } from "../../config/config-directory.ts";
import { readAccount } from "../read-account.ts";
import models from "./fixtures/models.200.json" with { type: "json" };
import freeTierOnly from "./fixtures/models.403.free-tier-only.json" with { type: "json" };
import endedTier from "./fixtures/models.429.ended-tier.json" with { type: "json" };
import insufficientQuota from "./fixtures/models.429.insufficient-quota.json" with { type: "json" };
import native from "./fixtures/models.429.native.json" with { type: "json" };

function readWith(status: number, body: object) {
  nock("https://dashscope-intl.aliyuncs.com/compatible-mode/v1")
    .get("/models")
    .matchHeader("authorization", "Bearer sk-invented")
    .reply(status, body, { "retry-after": "7" });
  return readAccount(qwen, "sk-invented");
}

const coded = (code: string) => ({ error: { code, message: "invented", type: "invented" }, request_id: "1" });
const nativeOf = (code: string) => ({ code, message: "invented", request_id: "1" });

describe("qwen", () => {
  it("reads whether the key works and which models it has, and claims no quota", async () => {
    expect(await readWith(200, models)).toEqual({
      metered: true,
      readings: [],
      models: ["qwen3-max", "qwen3-coder-plus"],
    });
  });

  it("is there, without models, where the region has no list of them", async () => {
    expect(await readWith(404, nativeOf("NotFound"))).toEqual({ metered: true, readings: [] });
  });

  it.each<[what: string, status: number, body: object, reason: string]>([
    ["tokens per minute, in the words of a billing limit", 429, insufficientQuota, "rate_limited"],
    ["requests per minute, in the native form", 429, native, "rate_limited"],
    ["requests per minute, in the compatible form", 429, coded("limit_requests"), "rate_limited"],
    ["tokens per minute, in the native form", 429, nativeOf("Throttling.AllocationQuota"), "rate_limited"],
    ["a rate that grows too fast", 429, nativeOf("Throttling.BurstRate"), "rate_limited"],
    ["something unsaid that passes", 429, nativeOf("Throttling"), "rate_limited"],
    ["a limit that comes with another status", 400, nativeOf("Throttling"), "rate_limited"],
    ["a grant that is used up", 403, freeTierOnly, "not_entitled"],
    ["a grant that is used up, in older reports", 400, nativeOf("AllocationQuota.FreeTierOnly"), "not_entitled"],
    ["a grant that only the type tells", 403, { error: { type: "AllocationQuota.FreeTierOnly" } }, "not_entitled"],
    ["an overdue account", 400, nativeOf("Arrearage"), "not_entitled"],
    ["an overdue account, with the other status", 403, coded("Arrearage"), "not_entitled"],
    ["a wrong key", 401, coded("invalid_api_key"), "auth"],
    ["a wrong key, in the native form", 401, nativeOf("InvalidApiKey"), "auth"],
    ["a key of the coding plan", 401, { error: { message: "invalid access token or token expired" } }, "auth"],
    ["a model that the key may not use", 403, nativeOf("Model.AccessDenied"), "auth"],
    ["a workspace that the key may not use", 403, nativeOf("Workspace.AccessDenied"), "auth"],
    ["another mistake", 400, nativeOf("InvalidParameter"), "client"],
    ["nothing that could be read", 429, { error: "no" }, "rate_limited"],
  ])("judges a refusal for %s by the codes of DashScope, not of OpenAI", async (_what, status, body, reason) => {
    await expect(readWith(status, body)).rejects.toMatchObject({ reason, status, retryAfterSeconds: 7 });
  });

  it("says of a wrong key that it may be one of another region or plan", async () => {
    await expect(readWith(401, coded("invalid_api_key"))).rejects.toMatchObject({
      message: expect.stringContaining("of another region or plan"),
    });
  });
});

describe("the ended free tier of Qwen Code", () => {
  const explained = { reason: "not_entitled", message: expect.stringContaining("ended on 2026-04-15") };

  it.each(["https://portal.qwen.ai/v1", "https://chat.qwen.ai/api/v1"])(
    "is explained without a call to %s",
    async (baseUrl) => {
      await expect(readAccount({ ...qwen, baseUrl }, "invented")).rejects.toMatchObject(explained);
    },
  );

  it("is explained where its refusal comes with the code of a limit that passes", async () => {
    await expect(readWith(429, endedTier)).rejects.toMatchObject(explained);
  });

  it("is explained to those whose config names its login file", async () => {
    const text = "accounts: [{ name: a, provider: qwen, credentials_file: oauth_creds.json }]\n";

    expect(await problemsOf(text, { providers: [qwen] })).toEqual([
      expect.stringMatching(/accounts\.0\.credentials_file: the provider qwen takes a key; .* ended on 2026-04-15/),
    ]);
  });
});
