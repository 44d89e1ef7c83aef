import nock from "nock";
import { describe, expect, it } from "vitest";
import { openrouter } from "../../../src/providers/openrouter/openrouter.ts";
import { Key, toAccountReading } from "../../../src/providers/openrouter/schema.ts";
import { NOW, readAccount } from "../read-account.ts";
import credits from "./fixtures/credits.200.json" with { type: "json" };
import refused from "./fixtures/credits.403.json" with { type: "json" };
import key from "./fixtures/key.200.json" with { type: "json" };
import older from "./fixtures/key.200.older.json" with { type: "json" };
import plain from "./fixtures/key.200.plain.json" with { type: "json" };

const KEY = "sk-or-v1-invented";
const TOMORROW = new Date("2026-11-22T00:00:00Z");
const MONDAY = new Date("2026-11-23T00:00:00Z");
const FIRST = new Date("2026-12-01T00:00:00Z");

const USED_UP = "Key limit exceeded (monthly limit). Manage it using https://openrouter.ai/settings/keys";
const IN_FLIGHT = "openrouter_in_flight_budget";

const api = () => nock("https://openrouter.ai/api/v1").matchHeader("authorization", `Bearer ${KEY}`);

/** One read with a key that may also see the balance. */
function readWith(data: object, money: object = credits) {
  api().get("/key").reply(200, { data });
  api().get("/credits").reply(200, money);
  return readAccount(openrouter, KEY);
}

/** The reading of the key's limit, for a key like the fixture but for `changes`. */
async function keyLimit(changes: object) {
  const { readings } = await readWith({ ...key.data, ...changes });
  return readings.find(({ quota }) => quota === "key_limit");
}

const common = { readAt: NOW, source: "api", confidence: "reported", enforcement: "hard" };
const limit = { quota: "key_limit", unit: "usd", ...common };

describe("openrouter", () => {
  it("reads the balance, the limit of the key, the free requests and the expiry of the key", async () => {
    expect(await readWith(key.data)).toEqual({
      metered: true,
      credentialExpiresAt: new Date("2027-03-31T23:59:59Z"),
      readings: [
        { quota: "balance", kind: "credits", unit: "usd", ...common, remaining: 38.5 },
        { ...limit, kind: "calendar", limit: 40, remaining: 26.75, resetAt: FIRST },
        {
          quota: "free_model_daily_requests",
          kind: "calendar",
          unit: "requests",
          periodSeconds: 86_400,
          ...common,
          limit: 1000,
          remaining: 988,
          resetAt: TOMORROW,
          partial: true,
        },
      ],
    });
  });

  it("reads an ordinary key, which may not see the balance", async () => {
    api().get("/key").reply(200, key);
    api().get("/credits").reply(403, refused);

    const { readings } = await readAccount(openrouter, KEY);

    expect(readings.map(({ quota }) => quota)).toEqual(["key_limit", "free_model_daily_requests"]);
  });

  it("reads the older answer, which knows of no periods and no free requests", async () => {
    expect(await readWith(older.data)).toEqual({
      metered: true,
      readings: [
        { quota: "balance", kind: "credits", unit: "usd", ...common, remaining: 38.5 },
        { ...limit, kind: "credits", limit: 5, remaining: 3.5 },
      ],
    });
  });

  it("does not show a refused key a second time", async () => {
    api()
      .get("/key")
      .reply(401, { error: { code: 401, message: "User not found." } });

    await expect(readAccount(openrouter, KEY)).rejects.toMatchObject({ reason: "auth" });
  });

  it("takes an error that comes with status 200 as malformed", async () => {
    api()
      .get("/key")
      .reply(200, { error: { code: 502, message: "no" } });

    await expect(readAccount(openrouter, KEY)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.data"),
    });
  });

  it("shows a balance below zero as it is", async () => {
    const { readings } = await readWith(plain.data, { data: { total_credits: 10, total_usage: 10.5 } });

    expect(readings).toMatchObject([{ quota: "balance", remaining: -0.5 }]);
  });

  it("ignores rate_limit, whatever it says", async () => {
    const { readings } = await readWith({ ...plain.data, rate_limit: "none" });

    expect(readings.map(({ quota }) => quota)).toEqual(["balance"]);
  });

  it("reads the balance with an ordinary key where OpenRouter tells it in spite of its documentation", async () => {
    const { readings } = await readWith({ ...key.data, is_management_key: false, is_provisioning_key: false });

    expect(readings[0]).toMatchObject({ quota: "balance", remaining: 38.5 });
  });

  it.each<[what: string, extra: object]>([
    ["whether credits were ever bought", { is_free_tier: true }],
    ["what kind of key it is", { is_management_key: true, is_provisioning_key: undefined }],
    ["whose key it is", { organization_id: null, workspace_id: null, allowed_data_regions: ["eu"] }],
    ["budgets, which no documented answer of it has", { budgets: [{ scope: "member", remaining_usd: 0 }] }],
    ["budgets of another form", { budgets: "none" }],
  ])("takes nothing from what it says of %s", async (_what, extra) => {
    const plainly = await readWith(key.data);

    expect(await readWith({ ...key.data, ...extra })).toEqual(plainly);
  });

  it.each<[what: string, status: number, error: object, reason: string]>([
    ["no key", 401, { message: "No auth credentials found" }, "auth"],
    ["a deleted key", 401, { message: "User not found." }, "auth"],
    ["a forbidden key", 403, { message: "Forbidden" }, "auth"],
    ["a used-up key, in the reports of users", 403, { message: USED_UP }, "not_entitled"],
    ["a used-up key, by its source", 403, { metadata: { limit_source: "openrouter_key_limit" } }, "not_entitled"],
    [
      "a used-up key, in the documentation",
      402,
      { metadata: { limit_source: "openrouter_key_limit" } },
      "not_entitled",
    ],
    ["no credits", 402, { metadata: { limit_source: "openrouter_credits" } }, "not_entitled"],
    ["no credits, in the older form", 402, { message: "This request requires more credits" }, "not_entitled"],
    ["too much at once, which passes", 402, { metadata: { limit_source: IN_FLIGHT } }, "rate_limited"],
    ["a source of tomorrow", 402, { metadata: { limit_source: "openrouter_tomorrow" } }, "not_entitled"],
    ["metadata of another form", 403, { message: USED_UP, metadata: "none" }, "not_entitled"],
    ["no metadata", 402, { metadata: null }, "not_entitled"],
    ["too many free requests", 429, { metadata: { limit_source: "openrouter_free_tier_daily" } }, "rate_limited"],
    ["a provider behind it that is limited", 429, { metadata: { provider_name: "x", raw: "y" } }, "rate_limited"],
    ["no provider behind it", 503, { message: "No provider" }, "server"],
  ])("judges a refusal for %s by its code and wording where the status says too little", async (...row) => {
    const [, status, error, reason] = row;
    api()
      .get("/key")
      .reply(status, { error: { code: status, ...error } }, { "retry-after": "7" });

    await expect(readAccount(openrouter, KEY)).rejects.toMatchObject({ reason, status, retryAfterSeconds: 7 });
  });

  it("leaves out the balance for a key that is used up, and still reads its limit", async () => {
    api().get("/key").reply(200, key);
    api()
      .get("/credits")
      .reply(403, { error: { code: 403, message: USED_UP } });

    expect((await readAccount(openrouter, KEY)).readings[0]).toMatchObject({ quota: "key_limit" });
  });

  it.each([null, undefined])("knows of no expiry of the key where it is %s", async (expires_at) => {
    expect(await readWith({ ...key.data, expires_at })).not.toHaveProperty("credentialExpiresAt");
  });
});

describe("the limit of an openrouter key", () => {
  it("is no quota where it is null: the key is neither empty nor unlimited", async () => {
    const { readings } = await readWith(plain.data);

    expect(readings.map(({ quota }) => quota)).toEqual(["balance"]);
  });

  it("is a real limit where it is 0", async () => {
    expect(await keyLimit({ limit: 0, limit_remaining: 0 })).toMatchObject({ limit: 0, remaining: 0 });
  });

  it("may be passed", async () => {
    expect(await keyLimit({ limit_remaining: -0.25 })).toMatchObject({ limit: 40, remaining: -0.25 });
  });

  it.each<[limit_reset: string | null | undefined, window: object]>([
    ["daily", { kind: "calendar", periodSeconds: 86_400, resetAt: TOMORROW }],
    ["weekly", { kind: "calendar", periodSeconds: 604_800, resetAt: MONDAY }],
    ["monthly", { kind: "calendar", resetAt: FIRST }],
    [null, { kind: "credits" }],
    [undefined, { kind: "credits" }],
    ["a new word", { kind: "calendar" }],
    ["toString", { kind: "calendar" }],
  ])("with a limit_reset of %j has the window %j", async (limit_reset, window) => {
    expect(await keyLimit({ limit_reset })).toEqual({ ...limit, limit: 40, remaining: 26.75, ...window });
  });

  it.each<[limit_reset: string | null, used: number]>([
    ["daily", 0.5],
    ["weekly", 4.25],
    ["monthly", 13.25],
    [null, 211.5],
  ])("without limit_remaining and with a limit_reset of %j is used as of that period", async (limit_reset, used) => {
    const reading = await keyLimit({ limit: 300, limit_remaining: null, limit_reset });

    expect(reading).toMatchObject({ limit: 300, used });
    expect(reading).not.toHaveProperty("remaining");
  });

  it.each<[name: string, changes: object, used: number]>([
    ["leaves out what the user's own provider keys spent", { include_byok_in_limit: false }, 13.25],
    ["adds it where the key says so", { include_byok_in_limit: true }, 16],
    ["leaves it out where the key does not say", { include_byok_in_limit: null }, 13.25],
  ])("without limit_remaining %s", async (_name, changes, used) => {
    expect(await keyLimit({ limit_remaining: undefined, ...changes })).toMatchObject({ used });
  });

  it.each<[name: string, changes: object]>([
    ["nothing", { usage_monthly: null }],
    ["not all that counts", { include_byok_in_limit: true, byok_usage_monthly: null }],
    ["a period that nobody knows", { limit_reset: "yearly" }],
  ])("is degraded, without numbers, where without limit_remaining it tells %s", async (_name, changes) => {
    const reading = await keyLimit({ limit_remaining: null, ...changes });

    expect(reading).toMatchObject({ confidence: "degraded" });
    for (const amount of ["limit", "remaining", "used"]) expect(reading).not.toHaveProperty(amount);
  });
});

describe("the free requests of an openrouter account", () => {
  it.each([null, undefined])("are no quota where they are %s", async (free_model_daily_requests) => {
    const { readings } = await readWith({ ...key.data, free_model_daily_requests });

    expect(readings.map(({ quota }) => quota)).toEqual(["balance", "key_limit"]);
  });

  it("may be passed, as failed attempts count too", async () => {
    const { readings } = await readWith({
      ...plain.data,
      free_model_daily_requests: { used: 55, limit: 50, remaining: 0 },
    });

    expect(readings[1]).toMatchObject({ limit: 50, remaining: -5 });
  });

  it("are degraded, without numbers, where the counters are null", async () => {
    const { readings } = await readWith({
      ...plain.data,
      free_model_daily_requests: { used: null, limit: 50, remaining: null },
    });

    expect(readings[1]).toMatchObject({ quota: "free_model_daily_requests", confidence: "degraded" });
    expect(readings[1]).not.toHaveProperty("limit");
  });

  it.each<[name: string, now: string, resetAt: string]>([
    ["in the last moment of a day", "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"],
    [
      "in the first minute of a day, when they may be yesterday's",
      "2027-01-01T00:00:59.999Z",
      "2027-01-01T00:00:00.000Z",
    ],
    ["after it", "2027-01-01T00:01:00.000Z", "2027-01-02T00:00:00.000Z"],
  ])("read %s end with the day that they may be of", (_name, now, resetAt) => {
    const { readings } = toAccountReading(Key.parse(key), undefined, new Date(now));

    expect(readings.at(-1)?.resetAt?.toISOString()).toBe(resetAt);
  });
});
