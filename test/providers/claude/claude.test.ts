import nock from "nock";
import { describe, expect, it } from "vitest";
import { claude } from "../../../src/providers/claude/claude.ts";
import { NOW } from "../read-account.ts";
import { readWithLogin } from "../read-with-login.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };
import list from "./fixtures/usage.200.list.json" with { type: "json" };
import older from "./fixtures/usage.200.older.json" with { type: "json" };
import seat from "./fixtures/usage.200.seat.json" with { type: "json" };
import limited from "./fixtures/usage.429.json" with { type: "json" };

const EXPIRES = new Date("2026-11-21T18:00:00Z");
const oauth = {
  accessToken: "sk-ant-oat01-invented",
  refreshToken: "sk-ant-ort01-invented",
  expiresAt: EXPIRES.getTime(),
  scopes: ["user:inference", "user:profile"],
  subscriptionType: "max",
  rateLimitTier: "default_claude_max_20x",
};
const LOGIN = { claudeAiOauth: oauth };

const api = () =>
  nock("https://api.anthropic.com", {
    reqheaders: { authorization: "Bearer sk-ant-oat01-invented", "anthropic-beta": "oauth-2025-04-20" },
  });

function readUsage(body: object, login: object = LOGIN) {
  api().get("/api/oauth/usage").reply(200, body);
  return readWithLogin(claude, login);
}

const told = { kind: "rolling", unit: "ratio", readAt: NOW, limit: 1, enforcement: "hard", source: "api" };
const reported = { ...told, confidence: "reported" };
const extra = { quota: "extra_usage", kind: "calendar", unit: "usd", readAt: NOW, enforcement: "soft", source: "api" };
const WEEK = 604_800;

describe("claude", () => {
  it("reads the windows of both forms, each once, and extra usage in dollars", async () => {
    expect(await readUsage(usage)).toEqual({
      metered: true,
      plan: "max 20x",
      credentialExpiresAt: EXPIRES,
      readings: [
        {
          ...reported,
          quota: "five_hour",
          periodSeconds: 18_000,
          remaining: 0.63,
          resetAt: new Date("2026-11-21T15:00:00.282Z"),
        },
        {
          ...reported,
          quota: "seven_day",
          periodSeconds: WEEK,
          remaining: 0.74,
          resetAt: new Date("2026-11-26T09:00:00.282Z"),
        },
        { ...extra, limit: 20, used: 5.2, confidence: "reported" },
        {
          ...reported,
          quota: "seven_day_sonnet",
          periodSeconds: WEEK,
          partial: true,
          remaining: 0.95,
          resetAt: new Date("2026-11-26T09:00:00Z"),
        },
        {
          ...reported,
          quota: "seven_day_fable_5",
          periodSeconds: WEEK,
          partial: true,
          models: ["Fable 5"],
          remaining: 0.88,
          resetAt: new Date("2026-11-26T09:00:00.283Z"),
        },
      ],
    });
  });

  it("reads the older form, a window that nobody has used yet without a reset, and no extra usage that is off", async () => {
    const { readings } = await readUsage(older);

    expect(readings).toEqual([
      {
        ...reported,
        quota: "five_hour",
        periodSeconds: 18_000,
        remaining: 0,
        resetAt: new Date("2026-11-21T15:00:00.282Z"),
      },
      { ...reported, quota: "seven_day", periodSeconds: WEEK, remaining: 0.915 },
      { ...reported, quota: "seven_day_opus", periodSeconds: WEEK, partial: true, remaining: 1 },
    ]);
  });

  it("reads the list alone, and shows by how much a window was passed", async () => {
    const { readings } = await readUsage(list);

    expect(readings).toMatchObject([
      { quota: "five_hour", remaining: -0.02 },
      { quota: "seven_day", remaining: 0.74 },
    ]);
    expect(readings[1]).not.toHaveProperty("resetAt");
  });

  it("gives no window to a seat that has none", async () => {
    expect(await readUsage(seat)).toMatchObject({ metered: true, readings: [] });
  });

  it("leaves a window without use degraded, without numbers", async () => {
    const { readings } = await readUsage({ ...older, five_hour: { utilization: null, resets_at: null } });

    expect(readings[0]).toEqual({
      quota: "five_hour",
      kind: "rolling",
      unit: "ratio",
      periodSeconds: 18_000,
      readAt: NOW,
      enforcement: "hard",
      source: "api",
      confidence: "degraded",
    });
  });

  it("takes a window from the list where the map does not know it", async () => {
    const { readings } = await readUsage({ ...usage, five_hour: { utilization: null }, seven_day: null });

    expect(readings.slice(0, 2)).toMatchObject([
      { quota: "five_hour", remaining: 0.63, confidence: "reported" },
      { quota: "seven_day", remaining: 0.74 },
    ]);
  });

  it("takes anything that looks like a window as one, and nothing else", async () => {
    const { readings } = await readUsage({
      ...seat,
      "iguana-necktie": { utilization: 12.5, resets_at: "2026-11-21T15:00:00Z" },
      seven_day_omelette: { utilization: 40, resets_at: null },
      spend: { used: 3, limit: 4 },
      text: { utilization: "a lot" },
      flag: true,
      many: [{ utilization: 3 }],
      "": { utilization: 3 },
    });

    expect(readings).toEqual([
      { ...reported, quota: "iguana_necktie", remaining: 0.875, resetAt: new Date("2026-11-21T15:00:00Z") },
      { ...reported, quota: "seven_day_omelette", periodSeconds: WEEK, partial: true, remaining: 0.6 },
    ]);
  });

  it("keeps working when the list gains kinds of limits, and scopes that are no models", async () => {
    const { readings } = await readUsage({
      limits: [
        { kind: "monthly_all", percent: 25, resets_at: null },
        { kind: "spend", amount: 3 },
        { kind: "weekly_scoped", percent: 30, scope: { model: null, surface: "Cowork" } },
        { kind: "weekly_scoped", percent: 30, scope: { model: { id: "claude-fable-5", display_name: "Fable" } } },
        { kind: "weekly_scoped", percent: 90, scope: null },
        { kind: "session", percent: null },
      ],
    });

    expect(readings.map(({ quota, remaining, models }) => [quota, remaining, models])).toEqual([
      ["five_hour", undefined, undefined],
      ["monthly_all", 0.75, undefined],
      ["seven_day_cowork", 0.7, undefined],
      ["seven_day_fable", 0.7, ["claude-fable-5"]],
    ]);
  });

  it("reads an answer that has windows of unknown names alone", async () => {
    const { readings } = await readUsage({ iguana_necktie: { utilization: 12, resets_at: null } });

    expect(readings).toEqual([{ ...reported, quota: "iguana_necktie", remaining: 0.88 }]);
  });

  it("keeps 32 quotas when windows come without end, the tightest, and counts the rest", async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`w${index}`, { utilization: index }]));

    const { readings, dropped } = await readUsage({ ...many, five_hour: { utilization: 0 } });

    expect(readings).toHaveLength(32);
    expect(readings.slice(0, 2)).toMatchObject([
      { quota: "five_hour", remaining: 1 },
      { quota: "w39", remaining: 0.61 },
    ]);
    expect(dropped).toBe(9);
  });

  it.each<[what: string, change: object, amounts: object]>([
    ["null is no cap", { monthly_limit: null }, { unlimited: true, used: 5.2, confidence: "reported" }],
    ["0 is no cap", { monthly_limit: 0 }, { unlimited: true, used: 5.2, confidence: "reported" }],
    ["a cap that is not told is unknown", { monthly_limit: undefined }, { used: 5.2, confidence: "reported" }],
    ["use of null is unknown, not 0", { used_credits: null }, { confidence: "degraded" }],
    ["a missing share changes nothing", { utilization: null }, { limit: 20, used: 5.2, confidence: "reported" }],
    ["what was passed shows", { used_credits: 2150 }, { limit: 20, remaining: -1.5, confidence: "reported" }],
  ])("counts extra usage in cents: %s", async (_what, change, amounts) => {
    const { readings } = await readUsage({ ...seat, extra_usage: { ...usage.extra_usage, ...change } });

    expect(readings).toEqual([{ ...extra, ...amounts }]);
  });

  it.each([{ currency: "EUR" }, { is_enabled: false }])("shows no extra usage of %j", async (change) => {
    const { readings } = await readUsage({ ...seat, extra_usage: { ...usage.extra_usage, ...change } });

    expect(readings).toEqual([]);
  });

  it.each<[what: string, body: object, path: string]>([
    ["no window", { surprise: 1 }, "$: expected at least one window"],
    ["a window that lost its use", { five_hour: { resets_at: null } }, "$.five_hour.utilization"],
    ["a limit that lost its use", { limits: [{ kind: "session" }] }, "$.limits[0].percent"],
    ["a share below zero", { seven_day: { utilization: -1 } }, "$.seven_day.utilization"],
    ["a list", { limits: {} }, "$.limits"],
  ])("takes an answer with %s as malformed", async (_what, body, path) => {
    await expect(readUsage(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it("hands the endpoint's own rate limit to the back-off, also where it asks for no wait", async () => {
    api().get("/api/oauth/usage").reply(429, limited, { "retry-after": "0" });

    await expect(readWithLogin(claude, LOGIN)).rejects.toMatchObject({ reason: "rate_limited", retryAfterSeconds: 0 });
    expect(claude).toMatchObject({ staleAfterSeconds: 5400, floorSeconds: 300 });
  });

  it("takes a token that may not see the use as refused", async () => {
    api()
      .get("/api/oauth/usage")
      .reply(403, { error: { type: "permission_error", message: "scope" } });

    await expect(readWithLogin(claude, LOGIN)).rejects.toMatchObject({ reason: "auth", expired: false });
  });
});

describe("the login file of claude", () => {
  it.each<[how: string, login: object, message: string]>([
    ["is past its expiry", { ...oauth, expiresAt: NOW.getTime() }, "expired at 2026-11-21T12:00:00.000Z"],
    ["was told to be over", { ...oauth, expiresAt: 0 }, "expired at 1970-01-01T00:00:00.000Z"],
    ["tells no expiry", { ...oauth, expiresAt: undefined }, "tells no expiry"],
  ])("is not used when it %s", async (_how, login, message) => {
    await expect(readWithLogin(claude, { claudeAiOauth: login })).rejects.toMatchObject({
      reason: "auth",
      expired: true,
      message: expect.stringContaining(message),
    });
  });

  it.each([{ mcpOAuth: {} }, { claudeAiOauth: null }])("that holds no Claude login is said to: %j", async (login) => {
    await expect(readWithLogin(claude, login)).rejects.toMatchObject({
      reason: "auth",
      expired: true,
      message: "the login file holds no Claude login; log in with Claude Code",
    });
  });

  it.each<[what: string, login: object, path: string]>([
    ["of another tool", { tokens: {} }, "$.claudeAiOauth: expected object, but it is missing"],
    ["with an expiry in a text", { claudeAiOauth: { ...oauth, expiresAt: "soon" } }, "$.claudeAiOauth.expiresAt"],
    ["without a token", { claudeAiOauth: { ...oauth, accessToken: " " } }, "$.claudeAiOauth.accessToken"],
  ])("%s is malformed", async (_what, login, path) => {
    await expect(readWithLogin(claude, login)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it.each<[tier: string | null, type: string | null, plan: string | undefined]>([
    ["default_claude_max_5x", "max", "max 5x"],
    ["default_claude_ai", "pro", "pro"],
    [null, "team", "team"],
    ["default_claude_max_20x", null, undefined],
  ])("with the tier %s and the type %s is of the plan %s", async (rateLimitTier, subscriptionType, plan) => {
    const answer = await readUsage(seat, { claudeAiOauth: { ...oauth, rateLimitTier, subscriptionType } });

    expect(answer.plan).toBe(plan);
  });

  it("may have white space around its token", async () => {
    const login = { claudeAiOauth: { ...oauth, accessToken: `${oauth.accessToken}\n` } };

    await expect(readUsage(seat, login)).resolves.toMatchObject({ readings: [] });
  });
});
