import { readFileSync } from "node:fs";
import { join } from "node:path";
import nock from "nock";
import { describe, expect, it } from "vitest";
import { codex } from "../../../src/providers/codex/codex.ts";
import { NOW } from "../read-account.ts";
import { readWithLogin } from "../read-with-login.ts";
import enterprise from "./fixtures/usage.200.enterprise.json" with { type: "json" };
import free from "./fixtures/usage.200.free.json" with { type: "json" };
import usage from "./fixtures/usage.200.json" with { type: "json" };

const EXPIRES = new Date("2026-11-30T12:00:00Z");

function jwt(claims: object): string {
  return ["{}", JSON.stringify(claims), "signature"].map((part) => Buffer.from(part).toString("base64url")).join(".");
}

const ACCESS = jwt({ exp: EXPIRES.getTime() / 1000 });
const TOKENS = { id_token: "invented", access_token: ACCESS, refresh_token: "rt_invented", account_id: "8f6d" };
const LOGIN = { auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens: TOKENS, last_refresh: "2026-11-20T12:34:56.789Z" };

const api = (reqheaders: Record<string, string> = { "chatgpt-account-id": "8f6d" }) =>
  nock("https://chatgpt.com/backend-api", { reqheaders: { authorization: `Bearer ${ACCESS}`, ...reqheaders } });

function readUsage(body: object) {
  api().get("/wham/usage").reply(200, body);
  return readWithLogin(codex, LOGIN);
}

const reported = { readAt: NOW, source: "api", confidence: "reported" };
const share = { kind: "rolling", unit: "ratio", limit: 1, enforcement: "hard", ...reported };
const FIVE_HOURS = { periodSeconds: 18_000 };
const WEEK = { periodSeconds: 604_800 };
const window = (used_percent: unknown, limit_window_seconds: unknown, more: object = { reset_at: 1_795_562_400 }) => ({
  used_percent,
  limit_window_seconds,
  ...more,
});
const onPlan = (primary_window: object | null, secondary_window: object | null = null) => ({
  plan_type: "plus",
  rate_limit: { primary_window, secondary_window },
});

describe("codex", () => {
  it("reads the windows of the plan, of code review and of models, credits and what a workspace allows", async () => {
    expect(await readUsage(usage)).toEqual({
      metered: true,
      plan: "plus",
      credentialExpiresAt: EXPIRES,
      readings: [
        { ...share, ...FIVE_HOURS, quota: "five_hour", remaining: 0.78, resetAt: new Date("2026-11-21T14:30:00Z") },
        { ...share, ...WEEK, quota: "weekly", remaining: 0.57, resetAt: new Date("2026-11-24T23:20:00Z") },
        {
          ...share,
          ...WEEK,
          quota: "code_review_weekly",
          partial: true,
          remaining: 1,
          resetAt: new Date("2026-11-28T12:00:00Z"),
        },
        { quota: "credits", kind: "credits", unit: "credits", ...reported, remaining: 796.25, enforcement: "soft" },
        {
          quota: "spend_control",
          kind: "calendar",
          unit: "credits",
          ...reported,
          limit: 1000,
          remaining: 963.25,
          resetAt: new Date("2026-12-01T00:00:00Z"),
          enforcement: "hard",
        },
        {
          ...share,
          ...FIVE_HOURS,
          quota: "gpt_5_3_codex_spark_five_hour",
          partial: true,
          remaining: 0.97,
          resetAt: new Date("2026-11-21T12:01:40Z"),
        },
        {
          ...share,
          ...WEEK,
          quota: "gpt_5_3_codex_spark_weekly",
          partial: true,
          remaining: 0.99,
          resetAt: new Date("2026-11-24T23:20:00Z"),
        },
      ],
    });
  });

  it("reads the week of the free plan, which stands in the first slot, and no credits where there are none", async () => {
    const { readings, plan } = await readUsage(free);

    expect(plan).toBe("free");
    expect(readings).toEqual([
      { ...share, ...WEEK, quota: "weekly", remaining: 0.4, resetAt: new Date("2026-11-24T23:20:00Z") },
    ]);
  });

  it("reads a plan of credits alone, whose balance is a number and stops it", async () => {
    const { readings } = await readUsage(enterprise);

    expect(readings).toEqual([
      { quota: "credits", kind: "credits", unit: "credits", ...reported, remaining: 12.5, enforcement: "hard" },
    ]);
  });

  it("names windows by their length when the slots are swapped", async () => {
    const { readings } = await readUsage(onPlan(window(43, 604_800), window(22, 18_000)));

    expect(readings).toMatchObject([
      { quota: "weekly", remaining: 0.57 },
      { quota: "five_hour", remaining: 0.78 },
    ]);
  });

  it.each([
    [3600, "hourly"],
    [18_060, "five_hour"],
    [86_400, "daily"],
    [604_799, "weekly"],
    [2_592_000, "monthly"],
    [7200, "window_7200_seconds"],
  ])("keeps working with a window of %d s, as %s", async (seconds, quota) => {
    const { readings } = await readUsage(onPlan(window(22, seconds)));

    expect(readings).toMatchObject([{ quota, periodSeconds: seconds, remaining: 0.78 }]);
  });

  it("takes the tighter of two windows of one length", async () => {
    const { readings } = await readUsage(onPlan(window(10, 604_800), window(90, 604_800)));

    expect(readings).toMatchObject([{ quota: "weekly", remaining: 0.1 }]);
  });

  it.each<[how: string, more: object, resetAt: Date | undefined]>([
    ["from the seconds until then", { reset_after_seconds: 90 }, new Date("2026-11-21T12:01:30Z")],
    ["as unknown where it is not told", { reset_at: null }, undefined],
  ])("reads a reset %s", async (_how, more, resetAt) => {
    const { readings } = await readUsage(onPlan(window(10, 18_000, more)));

    expect(readings[0]?.resetAt).toEqual(resetAt);
  });

  it("shows by how much a window was passed, and leaves one of null degraded", async () => {
    const { readings } = await readUsage(onPlan(window(102.5, 18_000), window(null, 604_800)));

    expect(readings[0]).toMatchObject({ remaining: -0.025 });
    expect(readings[1]).toMatchObject({ quota: "weekly", confidence: "degraded" });
    expect(readings[1]).not.toHaveProperty("remaining");
  });

  it("names a limit by its feature where it has no name, and leaves out one without windows", async () => {
    const rate_limit = { primary_window: window(3, 18_000) };
    const { readings } = await readUsage({
      plan_type: "pro",
      additional_rate_limits: [
        { limit_name: null, metered_feature: "codex_bengalfox", rate_limit },
        { limit_name: "Other", rate_limit: null },
      ],
    });

    expect(readings).toMatchObject([{ quota: "codex_bengalfox_five_hour", partial: true }]);
  });

  it.each<[what: string, credits: object, expected: object]>([
    ["a plan with something left", { balance: "3" }, { remaining: 3, enforcement: "soft" }],
    ["a balance of null", { balance: null }, { confidence: "degraded" }],
    ["no end", { unlimited: true, balance: null }, { unlimited: true, confidence: "reported" }],
  ])("reads credits beside %s", async (_what, credits, expected) => {
    const { readings } = await readUsage({ ...free, credits: { has_credits: true, unlimited: false, ...credits } });

    expect(readings[1]).toMatchObject({ quota: "credits", ...expected });
  });

  it("makes credits hard once a window of the plan is used up, but not for one of code review", async () => {
    const credits = { has_credits: true, balance: "3" };
    const code_review_rate_limit = { primary_window: window(100, 604_800) };

    const usedUp = await readUsage({ ...onPlan(window(100, 18_000)), credits });
    const review = await readUsage({ ...onPlan(window(50, 18_000)), code_review_rate_limit, credits });

    expect(usedUp.readings.at(-1)).toMatchObject({ quota: "credits", enforcement: "hard" });
    expect(review.readings.at(-1)).toMatchObject({ quota: "credits", enforcement: "soft" });
  });

  it.each<[where: string, body: (pool: object) => object]>([
    ["at the root", (individual_limit) => ({ individual_limit })],
    ["beside the windows", (individual_limit) => ({ rate_limit: { individual_limit } })],
    ["in the spend control", (individual_limit) => ({ spend_control: { individual_limit } })],
  ])("reads what a workspace allows %s", async (_where, body) => {
    const pool = { limit: "1000", used: 40, resets_at: 1_796_083_200 };
    const { readings } = await readUsage({ plan_type: "team", ...body(pool) });

    expect(readings).toMatchObject([
      { quota: "spend_control", limit: 1000, used: 40, resetAt: new Date("2026-12-01T00:00:00Z") },
    ]);
  });

  it.each<[what: string, body: object, path: string]>([
    ["no plan", { rate_limit: null }, "$.plan_type"],
    ["a window that lost its length", onPlan({ used_percent: 1 }), "$.rate_limit.primary_window.limit_window_seconds"],
    ["a window that lost its use", onPlan(window(undefined, 1)), "$.rate_limit.primary_window.used_percent"],
    [
      "a balance in words",
      { plan_type: "pro", credits: { has_credits: true, balance: "plenty" } },
      "$.credits.balance: expected a decimal number in a string",
    ],
    [
      "a limit without any name",
      { plan_type: "pro", additional_rate_limits: [{ limit_name: null }] },
      "$.additional_rate_limits[0].limit_name",
    ],
  ])("takes an answer with %s as malformed", async (_what, body, path) => {
    await expect(readUsage(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it("takes a refusal as one although its body is a web page", async () => {
    const page = readFileSync(join(import.meta.dirname, "fixtures/usage.401.html"), "utf8");
    api().get("/wham/usage").reply(401, page, { "content-type": "text/html" });

    await expect(readWithLogin(codex, LOGIN)).rejects.toMatchObject({ reason: "auth", expired: false });
  });
});

describe("the login file of codex", () => {
  it("may be of an older version, with other keys", async () => {
    api().get("/wham/usage").reply(200, free);
    const login = { tokens: { accessToken: ACCESS, accountId: "8f6d" } };

    await expect(readWithLogin(codex, login)).resolves.toMatchObject({ plan: "free" });
  });

  it("tells the account in its id token where it does not name it", async () => {
    const id_token = jwt({ "https://api.openai.com/auth": { chatgpt_account_id: "claimed" } });
    api({ "chatgpt-account-id": "claimed" }).get("/wham/usage").reply(200, free);

    const login = { tokens: { ...TOKENS, account_id: null, id_token } };
    await expect(readWithLogin(codex, login)).resolves.toMatchObject({ plan: "free" });
  });

  it("with a token past its expiry is not used", async () => {
    const access_token = jwt({ exp: NOW.getTime() / 1000 });

    await expect(readWithLogin(codex, { tokens: { ...TOKENS, access_token } })).rejects.toMatchObject({
      reason: "auth",
      expired: true,
      message: "the token in the login file expired at 2026-11-21T12:00:00.000Z; use Codex once, which renews it",
    });
  });

  it.each(["opaque", "a.b.c", `a.${Buffer.from("{").toString("base64url")}.c`, jwt({ exp: "soon" })])(
    "with a token that tells no expiry is tried: %s",
    async (access_token) => {
      nock("https://chatgpt.com/backend-api").get("/wham/usage").reply(200, free);

      const answer = await readWithLogin(codex, { tokens: { access_token } });

      expect(answer).not.toHaveProperty("credentialExpiresAt");
    },
  );

  it.each([{ OPENAI_API_KEY: "sk-invented", tokens: null }, { OPENAI_API_KEY: "sk-invented" }])(
    "with an API key alone has no plan to read: %j",
    async (login) => {
      await expect(readWithLogin(codex, login)).rejects.toMatchObject({
        reason: "auth",
        expired: true,
        message: expect.stringContaining("no ChatGPT login"),
      });
    },
  );

  it.each([{}, { access_token: null }, { access_token: 7 }])("without a token is malformed: %j", async (tokens) => {
    await expect(readWithLogin(codex, { tokens })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.tokens.access_token"),
    });
  });
});
