import nock from "nock";
import { describe, expect, it } from "vitest";
import { antigravity } from "../../../src/providers/antigravity/antigravity.ts";
import { NOW } from "../read-account.ts";
import { readWithLogin } from "../read-with-login.ts";
import models from "./fixtures/fetch-available-models.200.json" with { type: "json" };
import summary from "./fixtures/retrieve-user-quota-summary.200.json" with { type: "json" };
import byModel from "./fixtures/retrieve-user-quota-summary.200.models.json" with { type: "json" };

const EXPIRES = new Date("2026-11-21T12:40:00Z");
const LOGIN = { access_token: "ya29.invented", refresh_token: "1//invented", expiry_date: EXPIRES.getTime() };

const api = (reqheaders: Record<string, string> = { authorization: "Bearer ya29.invented" }) =>
  nock("https://cloudcode-pa.googleapis.com", { reqheaders });

function readSummary(body: object) {
  api().post("/v1internal:retrieveUserQuotaSummary", {}).reply(200, body);
  return readWithLogin(antigravity, LOGIN);
}

function readModels(body: object) {
  api()
    .post("/v1internal:retrieveUserQuotaSummary")
    .reply(404, { error: { code: 404, status: "NOT_FOUND" } });
  api().post("/v1internal:fetchAvailableModels", {}).reply(200, body);
  return readWithLogin(antigravity, LOGIN);
}

const pool = {
  kind: "rolling",
  unit: "ratio",
  readAt: NOW,
  partial: true,
  enforcement: "hard",
  source: "api",
};
const reported = { ...pool, limit: 1, confidence: "reported" };
const FIVE_HOURS = { periodSeconds: 18_000 };
const WEEK = { periodSeconds: 604_800 };
const group = (bucket: object, displayName?: string) => ({ groups: [{ displayName, buckets: [bucket] }] });

describe("antigravity", () => {
  it("reads its two pools, each over five hours and a week", async () => {
    expect(await readSummary(summary)).toEqual({
      metered: true,
      credentialExpiresAt: EXPIRES,
      readings: [
        {
          ...reported,
          ...WEEK,
          quota: "gemini_weekly",
          remaining: 0.4375,
          resetAt: new Date("2026-11-25T03:15:00Z"),
        },
        { ...reported, ...FIVE_HOURS, quota: "gemini_five_hour", remaining: 1 },
        {
          ...reported,
          ...FIVE_HOURS,
          quota: "third_party_five_hour",
          remaining: 0.72,
          resetAt: new Date("2026-11-21T15:40:00Z"),
        },
        { ...reported, ...WEEK, quota: "third_party_weekly", remaining: 0.5 },
      ],
    });
  });

  it.each<[what: string, bucket: object]>([
    ["is missing", {}],
    ["is null", { remainingFraction: null }],
    ["has a reset beside it", { resetTime: "2026-11-21T15:40:00Z" }],
    ["is an amount in a text", { remaining: "12" }],
  ])("takes a fraction that %s as unknown, not as 0", async (_what, bucket) => {
    const { readings } = await readSummary(group({ bucketId: "gemini-5h", window: "5h", ...bucket }));

    expect(readings).toMatchObject([{ quota: "gemini_five_hour", confidence: "degraded" }]);
    expect(readings[0]).not.toHaveProperty("remaining");
    expect(readings[0]).not.toHaveProperty("limit");
  });

  it.each<[where: string, bucket: object]>([
    ["on the bucket, in snake case", { remaining_fraction: 0.25 }],
    ["below remaining", { remaining: { remainingFraction: 0.25 } }],
    ["below remaining, in snake case", { remaining: { remaining_fraction: 0.25 } }],
    ["as the value of a case", { remaining: { case: "remainingFraction", value: 0.25 } }],
  ])("reads a fraction %s", async (_where, bucket) => {
    const { readings } = await readSummary(group({ bucketId: "gemini-5h", ...bucket }));

    expect(readings).toMatchObject([{ quota: "gemini_five_hour", remaining: 0.25 }]);
  });

  it.each<[how: string, bucket: object, name: string | undefined, quota: string]>([
    ["in capitals", { bucketId: "3p-weekly", window: "WEEKLY" }, undefined, "third_party_weekly"],
    ["in words", { bucketId: "gemini-5h", window: "FIVE_HOUR" }, undefined, "gemini_five_hour"],
    ["by the id alone", { bucketId: "gemini-5h" }, undefined, "gemini_five_hour"],
    ["by an id in snake case", { bucket_id: "gemini-weekly" }, undefined, "gemini_weekly"],
    ["for people alone", { displayName: "Five Hour Limit Remaining" }, "Gemini Models", "gemini_five_hour"],
    ["without an id", { window: "weekly" }, "Claude and GPT models", "third_party_weekly"],
    ["of another pool", { bucketId: "veo-weekly", window: "weekly" }, "Video", "veo_weekly"],
    ["that is unknown", { bucketId: "gemini-daily", window: "DAILY" }, undefined, "gemini_daily"],
    ["that is unknown, in the id", { bucketId: "gemini-daily" }, undefined, "gemini_daily"],
    ["of another group", { window: "5h" }, "Video Models", "video_models_five_hour"],
  ])("names a window told %s", async (_how, bucket, name, quota) => {
    const { readings } = await readSummary(group({ ...bucket, remainingFraction: 0.25 }, name));

    expect(readings).toMatchObject([{ quota, remaining: 0.25 }]);
  });

  it("knows how long a day is", async () => {
    const { readings } = await readSummary(
      group({ bucketId: "gemini-daily", window: "DAILY", remainingFraction: 0.25 }),
    );

    expect(readings).toMatchObject([{ quota: "gemini_daily", periodSeconds: 86_400 }]);
  });

  it("reads names in snake case too", async () => {
    const { readings } = await readSummary({
      groups: [
        {
          display_name: "Claude and GPT models",
          buckets: [{ display_name: "Weekly Limit Remaining", remaining_fraction: 0.25 }],
        },
      ],
    });

    expect(readings).toMatchObject([{ quota: "third_party_weekly", remaining: 0.25 }]);
  });

  it("leaves out what is disabled, and what has no name at all", async () => {
    const { readings } = await readSummary({
      groups: [
        { buckets: [{ bucketId: "gemini-5h", remainingFraction: 0, disabled: true }, { remainingFraction: 0.5 }] },
      ],
    });

    expect(readings).toEqual([]);
  });

  it("reads pools that stand in no group", async () => {
    const { readings } = await readSummary({ buckets: [{ bucketId: "3p-5h", remainingFraction: 0.25 }] });

    expect(readings).toMatchObject([{ quota: "third_party_five_hour", remaining: 0.25 }]);
  });

  it("reads a summary that is told by models", async () => {
    const { readings } = await readSummary(byModel);

    expect(readings).toEqual([
      {
        ...reported,
        quota: "gemini_3_pro_high",
        models: ["gemini-3-pro-high"],
        remaining: 0.25,
        resetAt: new Date("2026-11-21T15:40:00Z"),
      },
      { ...reported, quota: "gemini_3_flash", models: ["gemini-3-flash"], remaining: 1 },
    ]);
  });

  it.each<[what: string, body: object, path: string]>([
    ["neither groups nor buckets", { other: [] }, "$.groups"],
    ["a group without buckets", { groups: [{ displayName: "Gemini" }] }, "$.groups[0].buckets"],
    [
      "a value of another type",
      group({ remaining: { case: "remainingFraction", value: "0.5" } }),
      "$.groups[0].buckets[0].remaining.value",
    ],
  ])("takes a summary with %s as malformed", async (_what, body, path) => {
    await expect(readSummary(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it("takes limits that may not be read as a refusal, not as nothing left, and asks nothing else", async () => {
    api()
      .post("/v1internal:retrieveUserQuotaSummary")
      .reply(403, { error: { code: 403, message: "has been disabled", status: "PERMISSION_DENIED" } });

    await expect(readWithLogin(antigravity, LOGIN)).rejects.toMatchObject({ reason: "auth", expired: false });
  });

  it.each<[what: string, error: object, expected: object]>([
    [
      "a disabled account, which only the wording tells",
      { message: "This service has been disabled in this account for violation of Terms of Service." },
      { reason: "auth", message: expect.stringContaining("Google has disabled this account") },
    ],
    [
      "an account to be validated",
      { details: [{ reason: "VALIDATION_REQUIRED" }] },
      { reason: "auth", message: expect.stringContaining("Antigravity shows how") },
    ],
    ["a project without the API", { details: [{ reason: "SERVICE_DISABLED" }] }, { reason: "not_entitled" }],
  ])("tells %s, in both of its calls", async (_what, error, expected) => {
    api().post("/v1internal:retrieveUserQuotaSummary").reply(403, { error });
    await expect(readWithLogin(antigravity, LOGIN)).rejects.toMatchObject(expected);

    api().post("/v1internal:retrieveUserQuotaSummary").reply(404, {});
    api().post("/v1internal:fetchAvailableModels").reply(403, { error });
    await expect(readWithLogin(antigravity, LOGIN)).rejects.toMatchObject(expected);
  });

  it("asks for the project that the config names", async () => {
    api().post("/v1internal:retrieveUserQuotaSummary", { project: "example-123" }).reply(200, summary);

    const { readings } = await readWithLogin(antigravity, LOGIN, { project: "example-123" });

    expect(readings).toHaveLength(4);
  });

  it("says who it is, although the endpoint may answer its own tool alone", async () => {
    api({ "user-agent": "llm-quota-exporter/test" })
      .post(/Summary$/)
      .reply(200, summary);

    await expect(readWithLogin(antigravity, LOGIN)).resolves.toMatchObject({ metered: true });
  });
});

describe("antigravity without the summary", () => {
  it("reads its models, of which some have no quota and some do not tell it", async () => {
    expect(await readModels(models)).toEqual({
      metered: true,
      credentialExpiresAt: EXPIRES,
      models: ["gemini-3-pro-high", "claude-sonnet-4-6"],
      readings: [
        {
          ...reported,
          quota: "gemini_3_pro_high",
          models: ["gemini-3-pro-high"],
          remaining: 0.54,
          resetAt: new Date("2026-11-21T15:40:00Z"),
        },
        {
          ...pool,
          quota: "claude_sonnet_4_6",
          models: ["claude-sonnet-4-6"],
          resetAt: new Date("2026-11-21T15:40:00Z"),
          confidence: "degraded",
        },
      ],
    });
  });

  it("does not believe that every model has all of its quota", async () => {
    const full = { quotaInfo: { remainingFraction: 1 } };
    const { readings } = await readModels({ models: { "gemini-3-pro": full, "gemini-3-flash": full, other: {} } });

    expect(readings).toMatchObject([
      { quota: "gemini_3_pro", confidence: "degraded" },
      { quota: "gemini_3_flash", confidence: "degraded" },
    ]);
    expect(readings[0]).not.toHaveProperty("remaining");
  });

  it("believes that some have, and more than all as told", async () => {
    const { readings } = await readModels({
      models: { one: { quotaInfo: { remainingFraction: 1 } }, two: { quotaInfo: { remainingFraction: 1.05 } } },
    });

    expect(readings).toMatchObject([
      { quota: "one", remaining: 1 },
      { quota: "two", remaining: 1.05 },
    ]);
  });

  it.each<[what: string, body: object, path: string]>([
    ["no models", { surprise: 1 }, "$.models"],
    ["a list of models", { models: [] }, "$.models"],
    ["a share in a text", { models: { one: { quotaInfo: { remainingFraction: "1" } } } }, "$.models.one.quotaInfo"],
  ])("takes an answer with %s as malformed", async (_what, body, path) => {
    await expect(readModels(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it("is refused with the reason of the second call when that fails", async () => {
    api().post("/v1internal:retrieveUserQuotaSummary").reply(404, {});
    api().post("/v1internal:fetchAvailableModels").reply(403, {});

    await expect(readWithLogin(antigravity, LOGIN)).rejects.toMatchObject({ reason: "auth" });
  });
});

describe("the login file of antigravity", () => {
  it("is not used past its expiry", async () => {
    await expect(readWithLogin(antigravity, { ...LOGIN, expiry_date: NOW.getTime() - 1 })).rejects.toMatchObject({
      reason: "auth",
      expired: true,
      message: expect.stringContaining("use Antigravity once"),
    });
  });
});
