import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";

const BALANCE = { quota: "balance", kind: "credits", enforcement: "hard", refused: true };
const failed = (message: string, code = "") => ({ error: { message, type: "new_api_error", code } });

describe("a refused call through a gateway (openai_billing)", () => {
  it.each([
    ["in Chinese", 401, "令牌 invented（#1）额度已用尽"],
    ["in Chinese, in short", 403, "该令牌额度已用尽"],
    ["in English", 403, "token quota is exhausted"],
  ])("for want of any balance says so, %s, and is no wrong key", (_name, status, message) => {
    expect(understood("openai_billing", { status, error: failed(message) })).toEqual({
      refusal: "spend_cap",
      readings: [{ ...BALANCE, unit: "usd" }],
    });
  });

  it("is in the unit of the account", () => {
    const call = { status: 401, error: failed("额度已用尽") };

    expect(understood("openai_billing", call, { display_unit: "credits" }).readings).toMatchObject([
      { unit: "credits" },
    ]);
  });

  it.each([
    ["of the user", "insufficient_user_quota"],
    ["of the key", "pre_consume_token_quota_failed"],
  ])("that would cost more than what is left %s proves no empty balance", (_name, code) => {
    expect(understood("openai_billing", { status: 403, error: failed("invented", code) })).toEqual({
      refusal: "spend_cap",
      readings: [],
    });
  });

  it.each([
    ["a wrong key", 401, failed("无效的令牌"), "auth"],
    ["too many requests", 429, failed("当前分组请求过于频繁"), "throttled"],
    ["a gateway without money of its own", 429, failed("invented", "insufficient_quota"), "throttled"],
    ["no channel for this model", 503, failed("无可用渠道"), "overloaded"],
  ])("for %s is what its status says", (_name, status, error, refusal) => {
    expect(understood("openai_billing", { status, error }).refusal).toBe(refusal);
  });
});
