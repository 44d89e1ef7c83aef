import nock from "nock";
import { describe, expect, it } from "vitest";
import { openaiBilling } from "../../../src/providers/openai_billing/openai-billing.ts";
import { NOW, readAccount } from "../read-account.ts";
import creditGrants from "./fixtures/credit-grants.200.json" with { type: "json" };
import creditGrantsRemaining from "./fixtures/credit-grants.200.remaining.json" with { type: "json" };
import subscriptionFailed from "./fixtures/subscription.200.failed.json" with { type: "json" };
import subscription from "./fixtures/subscription.200.json" with { type: "json" };
import subscriptionUnlimited from "./fixtures/subscription.200.unlimited.json" with { type: "json" };
import tokenUsageFailed from "./fixtures/token-usage.200.failed.json" with { type: "json" };
import tokenUsage from "./fixtures/token-usage.200.json" with { type: "json" };
import tokenUsageUnlimited from "./fixtures/token-usage.200.unlimited.json" with { type: "json" };
import usage from "./fixtures/usage.200.json" with { type: "json" };
import userSelf from "./fixtures/user-self.200.json" with { type: "json" };

const GATEWAY = "https://gateway.example";
const TOKEN = "/api/usage/token";
const SUBSCRIPTION = "/v1/dashboard/billing/subscription";
const USAGE = "/v1/dashboard/billing/usage";
const GRANTS = "/dashboard/billing/credit_grants";

type Answer = object | string | number;

/** Answers each path once, in this order of asking; a number is a status, a text a web page. */
function answering(answers: Readonly<Record<string, Answer>>): void {
  for (const [path, answer] of Object.entries(answers)) {
    const call = nock(GATEWAY).get(path).matchHeader("authorization", "Bearer sk-invented");
    if (typeof answer === "number")
      call.reply(answer, { error: { message: "Invalid URL", type: "invalid_request_error" } });
    else if (typeof answer === "string") call.reply(200, answer, { "content-type": "text/html; charset=utf-8" });
    else call.reply(200, answer);
  }
  // Asked for as well, by the name that newer versions have for it.
  if (answers[TOKEN] === 404 && answers[`${TOKEN}/`] === undefined) nock(GATEWAY).get(`${TOKEN}/`).reply(404, {});
}

async function readWith(answers: Readonly<Record<string, Answer>>, settings: object = {}, baseUrl = GATEWAY) {
  answering(answers);
  return readAccount({ ...openaiBilling, baseUrl }, "sk-invented", settings);
}

async function balanceWith(answers: Readonly<Record<string, Answer>>, settings: object = {}) {
  const { readings } = await readWith(answers, settings);
  expect(readings).toHaveLength(1);
  return readings[0];
}

const PAGE = "<!doctype html><html><body>invented</body></html>";
const balance = {
  quota: "balance",
  kind: "credits",
  unit: "usd",
  readAt: NOW,
  enforcement: "hard",
  source: "api",
  confidence: "reported",
};
const expiresAt = new Date(1_798_675_200_000);

describe("openai_billing", () => {
  it("has no address of its own", () => {
    expect(openaiBilling.baseUrl).toBeUndefined();
  });

  it("reads the points of a token, 500000 to the dollar, and its expiry", async () => {
    expect(await readWith({ [TOKEN]: tokenUsage })).toEqual({
      metered: true,
      credentialExpiresAt: expiresAt,
      readings: [{ ...balance, limit: 10, remaining: 7.5, expiresAt }],
    });
  });

  it("reads what was granted less what was used, in hundredths, where there are no points", async () => {
    expect(await readWith({ [TOKEN]: 404, [SUBSCRIPTION]: subscription, [USAGE]: usage })).toEqual({
      metered: true,
      credentialExpiresAt: expiresAt,
      readings: [{ ...balance, limit: 25, remaining: 20.5, expiresAt }],
    });
  });

  it.each([
    ["total_available", creditGrants],
    ["total_remaining, and numbers in texts", creditGrantsRemaining],
  ])("reads the sum of grants where there is nothing else, with %s", async (_name, grants) => {
    const answers = { [TOKEN]: 404, [SUBSCRIPTION]: 404, [GRANTS]: grants };

    expect(await readWith(answers)).toEqual({
      metered: true,
      readings: [{ ...balance, limit: 30, remaining: 17.5 }],
    });
  });

  it.each<[what: string, answer: Answer]>([
    ["its own web page", PAGE],
    ["a page that does not say what it is", "<html>invented"],
    ["404", 404],
  ])("asks elsewhere where the server answers an unknown address with %s", async (_what, answer) => {
    const answers = { [TOKEN]: answer, [SUBSCRIPTION]: subscription, [USAGE]: usage };

    expect(await balanceWith(answers)).toMatchObject({ remaining: 20.5 });
  });

  it.each([301, 307, 308, 404])("asks once more with a slash where newer versions have it (%i)", async (status) => {
    expect(await balanceWith({ [TOKEN]: status, [`${TOKEN}/`]: tokenUsage })).toMatchObject({ remaining: 7.5 });
  });

  it.each(["", "/", "/v1", "/v1/"])("takes a base_url that ends in '%s'", async (end) => {
    const { readings } = await readWith({ [TOKEN]: tokenUsage }, {}, GATEWAY + end);

    expect(readings).toMatchObject([{ remaining: 7.5 }]);
  });

  it("keeps a path before /v1", async () => {
    answering({ "/pool/api/usage/token": tokenUsage });

    const account = { ...openaiBilling, baseUrl: `${GATEWAY}/pool/v1` };

    expect((await readAccount(account, "sk-invented")).readings).toMatchObject([{ remaining: 7.5 }]);
  });

  it.each<[api: string, answers: Record<string, Answer>, remaining: number]>([
    ["token_usage", { [TOKEN]: tokenUsage }, 7.5],
    ["dashboard", { [SUBSCRIPTION]: subscription, [USAGE]: usage }, 20.5],
    ["credit_grants", { [GRANTS]: creditGrants }, 17.5],
  ])("asks only for %s if told to", async (api, answers, remaining) => {
    expect(await balanceWith(answers, { api })).toMatchObject({ remaining });
  });

  it("does not ask elsewhere if told what to ask for", async () => {
    await expect(readWith({ [SUBSCRIPTION]: 404 }, { api: "dashboard" })).rejects.toMatchObject({
      reason: "client",
      status: 404,
    });
  });
});

describe("the unit of a balance", () => {
  it.each<[what: string, settings: object, expected: object]>([
    ["dollars", {}, { unit: "usd", limit: 10, remaining: 7.5 }],
    ["dollars of another size", { quota_per_unit: 1_000_000 }, { unit: "usd", limit: 5, remaining: 3.75 }],
    ["points as they are", { display_unit: "credits" }, { unit: "credits", limit: 5_000_000, remaining: 3_750_000 }],
    [
      "credits of so many points",
      { display_unit: "credits", quota_per_unit: 1000 },
      { unit: "credits", limit: 5000, remaining: 3750 },
    ],
    [
      "yuan of so many points",
      { display_unit: "cny", quota_per_unit: 50_000 },
      { unit: "cny", limit: 100, remaining: 75 },
    ],
  ])("of points is what the config says: %s", async (_what, settings, expected) => {
    expect(await balanceWith({ [TOKEN]: tokenUsage }, settings)).toMatchObject(expected);
  });

  it("is no yuan made of points of unknown worth: what the site shows is read", async () => {
    const answers = { [SUBSCRIPTION]: subscription, [USAGE]: usage };

    expect(await balanceWith(answers, { display_unit: "cny" })).toMatchObject({
      unit: "cny",
      limit: 25,
      remaining: 20.5,
    });
  });

  it("of a dashboard that shows points is credits", async () => {
    const answers = {
      [SUBSCRIPTION]: { ...subscription, hard_limit_usd: 12_500_000 },
      [USAGE]: { total_usage: 225_000_000 },
    };

    expect(await balanceWith(answers, { api: "dashboard", display_unit: "credits" })).toMatchObject({
      unit: "credits",
      limit: 12_500_000,
      remaining: 10_250_000,
    });
  });

  it("of use may be another part of a unit than a hundredth", async () => {
    const answers = { [SUBSCRIPTION]: subscription, [USAGE]: usage };

    expect(await balanceWith(answers, { api: "dashboard", usage_divisor: 1000 })).toMatchObject({ remaining: 24.55 });
  });

  it.each<[what: string, settings: object, key: string]>([
    ["another unit", { display_unit: "eur" }, "display_unit"],
    ["a divisor of 0", { usage_divisor: 0 }, "usage_divisor"],
    ["a divisor below 0", { usage_divisor: -100 }, "usage_divisor"],
    ["a unit of no points", { quota_per_unit: 0 }, "quota_per_unit"],
    ["points of a text", { quota_per_unit: "500000" }, "quota_per_unit"],
    ["yuan of unknown points", { api: "token_usage", display_unit: "cny" }, "quota_per_unit"],
    ["yuan of unknown points of a user", { api: "user", display_unit: "cny" }, "quota_per_unit"],
    ["another call", { api: "billing" }, "api"],
    ["a user for a call of a token", { user_id: 41 }, "user_id"],
    ["a user that is no number", { api: "user", user_id: "some one" }, "user_id"],
  ])("is refused when it is %s", (_what, settings, key) => {
    const connection = { baseUrl: GATEWAY, apiKey: undefined };

    expect(() => openaiBilling.connect(connection, settings)).toThrow(key);
  });
});

describe("a balance without a cap", () => {
  it.each<[what: string, answers: Record<string, Answer>]>([
    ["unlimited_quota, whatever is left of it", { [TOKEN]: tokenUsageUnlimited }],
    ["a hard limit of 100000000", { [TOKEN]: 404, [SUBSCRIPTION]: subscriptionUnlimited }],
    [
      "that limit in a text",
      { [TOKEN]: 404, [SUBSCRIPTION]: { ...subscriptionUnlimited, hard_limit_usd: "100000000" } },
    ],
  ])("is known by %s", async (_what, answers) => {
    expect(await readWith(answers)).toEqual({ metered: true, readings: [{ ...balance, unlimited: true }] });
  });

  it("still has the expiry of its key", async () => {
    const answer = { data: { ...tokenUsageUnlimited.data, expires_at: 1_798_675_200 } };

    expect(await readWith({ [TOKEN]: answer })).toEqual({
      metered: true,
      credentialExpiresAt: expiresAt,
      readings: [{ ...balance, unlimited: true }],
    });
  });

  it("is not what a large limit is", async () => {
    const answers = { [SUBSCRIPTION]: { ...subscription, hard_limit_usd: 100_000_001 }, [USAGE]: usage };

    expect(await balanceWith(answers, { api: "dashboard" })).toMatchObject({ limit: 100_000_001 });
  });
});

describe("what a gateway tells", () => {
  it.each([0, -1, null, undefined, "0", 9_999_999_999, 4_102_444_800])(
    "of an expiry of %j is that there is none",
    async (expires_at) => {
      const answer = { ...tokenUsage, data: { ...tokenUsage.data, expires_at } };
      const { readings, credentialExpiresAt } = await readWith({ [TOKEN]: answer });

      expect(credentialExpiresAt).toBeUndefined();
      expect(readings[0]).not.toHaveProperty("expiresAt");
    },
  );

  it.each([1_798_675_200, 1_798_675_200_000, "1798675200"])("of an expiry of %j is a time", async (expires_at) => {
    const answer = { ...tokenUsage, data: { ...tokenUsage.data, expires_at } };

    expect(await readWith({ [TOKEN]: answer })).toMatchObject({ credentialExpiresAt: expiresAt });
  });

  it.each([12, "soon", [1_798_675_200]])("of an expiry of %j is malformed", async (expires_at) => {
    const answer = { ...tokenUsage, data: { ...tokenUsage.data, expires_at } };

    await expect(readWith({ [TOKEN]: answer })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.data.expires_at"),
    });
  });

  it("may stand in texts", async () => {
    const answers = {
      [SUBSCRIPTION]: { hard_limit_usd: "25.00", access_until: "1798675200" },
      [USAGE]: { total_usage: "450.0" },
    };

    expect(await balanceWith(answers, { api: "dashboard" })).toMatchObject({ limit: 25, remaining: 20.5, expiresAt });
  });

  it("may be a balance below zero", async () => {
    const answers = { [SUBSCRIPTION]: subscription, [USAGE]: { total_usage: 2600 } };

    expect(await balanceWith(answers, { api: "dashboard" })).toMatchObject({ limit: 25, remaining: -1 });
  });

  it.each<[what: string, answers: Record<string, Answer>, remaining: number]>([
    [
      "by the dashboard",
      { [TOKEN]: 404, [SUBSCRIPTION]: { hard_limit_usd: -0.5 }, [USAGE]: { total_usage: 5 } },
      -0.55,
    ],
    ["by points", { [TOKEN]: { data: { total_granted: -250_000, total_used: 0, total_available: -250_000 } } }, -0.5],
  ])("is no limit where it would be less than nothing, %s", async (_what, answers, remaining) => {
    const { limit, remaining: left } = (await balanceWith(answers)) ?? {};

    expect({ limit, left }).toEqual({ limit: undefined, left: remaining });
  });

  it.each<[what: string, answers: Record<string, Answer>]>([
    ["the token", { [TOKEN]: { code: true, data: { total_granted: null, total_used: null, total_available: null } } }],
    ["the limit", { [TOKEN]: 404, [SUBSCRIPTION]: { hard_limit_usd: null }, [USAGE]: usage }],
    ["the use", { [TOKEN]: 404, [SUBSCRIPTION]: subscription, [USAGE]: { total_usage: null } }],
    ["the grants", { [TOKEN]: 404, [SUBSCRIPTION]: 404, [GRANTS]: { total_granted: 30, total_available: null } }],
  ])("of %s as null is unknown, without numbers", async (_what, answers) => {
    const reading = await balanceWith(answers);

    expect(reading).toMatchObject({ quota: "balance", confidence: "degraded" });
    for (const key of ["limit", "remaining", "used"]) expect(reading).not.toHaveProperty(key);
  });

  it.each<[what: string, answers: Record<string, Answer>, path: string]>([
    ["nothing of a token", { [TOKEN]: { code: true, data: {} } }, "$.data.total_available"],
    ["no limit", { [TOKEN]: 404, [SUBSCRIPTION]: { object: "billing_subscription" } }, "$.hard_limit_usd"],
    ["no use", { [TOKEN]: 404, [SUBSCRIPTION]: subscription, [USAGE]: { object: "list" } }, "$.total_usage"],
    ["nothing of grants", { [TOKEN]: 404, [SUBSCRIPTION]: 404, [GRANTS]: { total_granted: 30 } }, "$.total_available"],
    [
      "an amount that is none",
      { [TOKEN]: { data: { ...tokenUsage.data, total_available: "plenty" } } },
      "$.data.total_available",
    ],
    ["a list", { [TOKEN]: [tokenUsage] }, "$"],
  ])("is malformed when it is %s", async (_what, answers, path) => {
    await expect(readWith(answers)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(`${path}: `),
    });
  });
});

describe("an answer with status 200 that means failure", () => {
  const failed = (message: string, type = "new_api_error") => ({ error: { message, type } });

  it.each<[what: string, answer: object, reason: string]>([
    ["an error object of the gateway", subscriptionFailed, "server"],
    ["success: false", tokenUsageFailed, "server"],
    ["code: false", { code: false, message: "invented" }, "server"],
    ["an error beside data", { ...tokenUsage, error: { message: "invented" } }, "server"],
    ["an error as a text", { error: "invented" }, "server"],
    ["a request that it does not understand", failed("invented", "invalid_request_error"), "client"],
    ["an invalid token", failed("Invalid token (request id: 1)"), "auth"],
    ["an invalid token, in Chinese", failed("无效的令牌 (request id: 1)", "one_api_error"), "auth"],
    ["an expired token, in Chinese", { success: false, message: "该令牌已过期" }, "auth"],
    ["a token that is switched off, in Chinese", failed("该令牌状态不可用"), "auth"],
    [
      "nobody logged in, in Chinese",
      { success: false, message: "无权进行此操作，未登录且未提供 access token" },
      "auth",
    ],
    ["no authorization", { success: false, message: "No Authorization header" }, "auth"],
    ["a token that is used up, in Chinese", failed("令牌 invented（#1）额度已用尽"), "not_entitled"],
    [
      "a quota that is used up, by its code",
      { error: { message: "x", code: "insufficient_user_quota" } },
      "not_entitled",
    ],
    ["too many requests, in Chinese", { success: false, message: "请求过于频繁" }, "rate_limited"],
    ["a service that is down, which is no wrong key", { success: false, message: "服务不可用" }, "server"],
  ])("has a reason of its own: %s", async (_what, answer, reason) => {
    const failing = readWith({ [TOKEN]: answer });

    await expect(failing).rejects.toMatchObject({
      name: "UpstreamError",
      reason,
      message: expect.stringContaining("GET gateway.example/api/usage/token answered 200 and a failure: "),
    });
  });

  it("does not lead elsewhere, as the gateway knows the call", async () => {
    await expect(readWith({ [TOKEN]: tokenUsageFailed })).rejects.toMatchObject({ reason: "server" });
    expect(nock.pendingMocks()).toEqual([]);
  });

  it("repeats nothing of its text", async () => {
    const error: unknown = await readWith({ [TOKEN]: failed("invalid token sk-planted") }).catch((caught) => caught);

    expect(String(error)).not.toContain("planted");
  });
});

describe("a refusal of openai_billing", () => {
  const refused = (status: number, message: string) => {
    nock(GATEWAY)
      .get(TOKEN)
      .reply(status, { error: { message, type: "one_api_error" } });
    return readAccount({ ...openaiBilling, baseUrl: GATEWAY }, "sk-invented");
  };

  it.each<[what: string, status: number, message: string, reason: string]>([
    ["a token that is wrong", 401, "无效的令牌", "auth"],
    ["a token that is used up, which is refused as if it were wrong", 401, "该令牌额度已用尽", "not_entitled"],
    ["an empty account", 403, "insufficient user quota", "not_entitled"],
    ["too many requests", 429, "invented", "rate_limited"],
    ["a fault of the gateway", 500, "invented", "server"],
  ])("means %s", async (_what, status, message, reason) => {
    await expect(refused(status, message)).rejects.toMatchObject({ reason, status });
  });

  it("is no verdict on the key where it is a page of a firewall", async () => {
    nock(GATEWAY).get(TOKEN).reply(403, PAGE, { "content-type": "text/html" });

    await expect(readAccount({ ...openaiBilling, baseUrl: GATEWAY }, "sk-invented")).rejects.toMatchObject({
      reason: "rate_limited",
      message: expect.stringContaining("says nothing of the key"),
    });
  });

  it("for want of any call that tells a balance says what to look at", async () => {
    await expect(readWith({ [TOKEN]: 404, [SUBSCRIPTION]: 404, [GRANTS]: 404 })).rejects.toMatchObject({
      reason: "client",
      message: "this server has none of the calls that tell a balance: check base_url",
    });
  });

  it("is a web page where all that came was one", async () => {
    await expect(readWith({ [TOKEN]: 404, [SUBSCRIPTION]: PAGE, [GRANTS]: 404 })).rejects.toMatchObject({
      reason: "malformed",
      message: "GET gateway.example/v1/dashboard/billing/subscription answered HTML, not JSON: check base_url",
    });
  });
});

describe("the balance of a user", () => {
  const USER = "/api/user/self";

  it("is asked for with the raw token and the number of the user", async () => {
    nock(GATEWAY)
      .get(USER)
      .matchHeader("authorization", "invented-access-token")
      .matchHeader("new-api-user", "41")
      .reply(200, userSelf);

    const answer = await readAccount({ ...openaiBilling, baseUrl: GATEWAY }, "invented-access-token", {
      api: "user",
      user_id: 41,
    });

    expect(answer).toEqual({ metered: true, readings: [{ ...balance, remaining: 12.4 }] });
  });

  it("needs no number at one-api", async () => {
    nock(GATEWAY, { badheaders: ["new-api-user"] })
      .get(USER)
      .reply(200, userSelf);

    const account = { ...openaiBilling, baseUrl: GATEWAY };

    expect((await readAccount(account, "invented-access-token", { api: "user" })).readings).toMatchObject([
      { remaining: 12.4 },
    ]);
  });

  it("is unknown where it is null", async () => {
    nock(GATEWAY)
      .get(USER)
      .reply(200, { success: true, data: { quota: null } });

    const account = { ...openaiBilling, baseUrl: GATEWAY };

    expect((await readAccount(account, "invented-access-token", { api: "user" })).readings).toMatchObject([
      { confidence: "degraded" },
    ]);
  });
});
