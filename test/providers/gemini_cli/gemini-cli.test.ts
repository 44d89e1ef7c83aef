import nock from "nock";
import { describe, expect, it } from "vitest";
import { geminiCli } from "../../../src/providers/gemini_cli/gemini-cli.ts";
import { NOW } from "../read-account.ts";
import { readWithLogin } from "../read-with-login.ts";
import quota from "./fixtures/retrieve-user-quota.200.json" with { type: "json" };
import refused from "./fixtures/retrieve-user-quota.401.json" with { type: "json" };
import unsupported from "./fixtures/retrieve-user-quota.403.unsupported.json" with { type: "json" };
import unvalidated from "./fixtures/retrieve-user-quota.403.validation.json" with { type: "json" };

const EXPIRES = new Date("2026-11-21T12:40:00Z");
const LOGIN = {
  access_token: "ya29.invented",
  refresh_token: "1//invented",
  id_token: "invented",
  token_type: "Bearer",
  expiry_date: EXPIRES.getTime(),
};

const api = (body: object = {}) =>
  nock("https://cloudcode-pa.googleapis.com", { reqheaders: { authorization: "Bearer ya29.invented" } }).post(
    "/v1internal:retrieveUserQuota",
    (sent) => JSON.stringify(sent) === JSON.stringify(body),
  );

function readBuckets(buckets: unknown) {
  api().reply(200, { buckets });
  return readWithLogin(geminiCli, LOGIN);
}

const model = {
  kind: "rolling",
  periodSeconds: 86_400,
  partial: true,
  readAt: NOW,
  enforcement: "hard",
  source: "api",
};
const PRO = { modelId: "gemini-2.5-pro", tokenType: "REQUESTS" };

describe("gemini_cli", () => {
  it("reads requests where they are counted, else the share, and keeps what is not told unknown", async () => {
    api().reply(200, quota);

    expect(await readWithLogin(geminiCli, LOGIN)).toEqual({
      metered: true,
      credentialExpiresAt: EXPIRES,
      readings: [
        {
          ...model,
          quota: "gemini_2_5_pro",
          unit: "requests",
          models: ["gemini-2.5-pro"],
          limit: 1500,
          remaining: 1395,
          resetAt: new Date("2026-11-22T02:20:11Z"),
          confidence: "reported",
        },
        {
          ...model,
          quota: "gemini_2_5_flash",
          unit: "ratio",
          models: ["gemini-2.5-flash"],
          limit: 1,
          remaining: 0.5,
          resetAt: new Date("2026-11-22T02:20:11.123Z"),
          confidence: "reported",
        },
        {
          ...model,
          quota: "gemini_3_pro_preview",
          unit: "ratio",
          models: ["gemini-3-pro-preview"],
          resetAt: new Date("2026-11-22T01:02:03Z"),
          confidence: "degraded",
        },
      ],
    });
  });

  it("takes the lowest of several buckets of a model, and adds nothing up", async () => {
    const { readings } = await readBuckets([
      { ...PRO, remainingFraction: 0.9 },
      { ...PRO, tokenType: "INPUT_TOKENS", remainingFraction: 0.2, remainingAmount: "2000" },
      { ...PRO, tokenType: "OTHER", resetTime: "2026-11-22T01:02:03Z" },
    ]);

    expect(readings).toMatchObject([{ quota: "gemini_2_5_pro", unit: "ratio", limit: 1, remaining: 0.2 }]);
  });

  it.each<[what: string, bucket: object, amounts: object]>([
    ["nothing left, of a limit that is unknown then", { remainingFraction: 0, remainingAmount: "0" }, { remaining: 0 }],
    ["an amount alone", { remainingAmount: "12" }, { remaining: 12 }],
    ["a fraction of null beside an amount", { remainingFraction: null, remainingAmount: "12" }, { remaining: 12 }],
    ["a limit that is whole", { remainingFraction: 0.333, remainingAmount: "333" }, { limit: 1000, remaining: 333 }],
  ])("reads %s in requests", async (_what, bucket, amounts) => {
    const { readings } = await readBuckets([{ ...PRO, ...bucket }]);

    expect(readings).toEqual([
      {
        ...model,
        quota: "gemini_2_5_pro",
        unit: "requests",
        models: ["gemini-2.5-pro"],
        ...amounts,
        confidence: "reported",
      },
    ]);
  });

  it("leaves out a bucket of no model, and is metered without any", async () => {
    expect((await readBuckets([{ remainingFraction: 0.5 }])).readings).toEqual([]);
    expect(await readBuckets([])).toMatchObject({ metered: true, readings: [] });
  });

  it("keeps the 32 models with the least left, and counts the rest", async () => {
    const buckets = Array.from({ length: 40 }, (_, index) => ({ modelId: `m${index}`, remainingFraction: index / 40 }));

    const { readings, dropped } = await readBuckets([{ modelId: "unknown" }, ...buckets]);

    expect(readings).toHaveLength(32);
    expect(readings[0]).toMatchObject({ quota: "m0", remaining: 0 });
    expect(readings.at(-1)).toMatchObject({ quota: "m31" });
    expect(dropped).toBe(9);
  });

  it("asks for the project that the config names", async () => {
    api({ project: "example-project-123" }).reply(200, quota);

    const { readings } = await readWithLogin(geminiCli, LOGIN, { project: "example-project-123" });

    expect(readings).toHaveLength(3);
  });

  it("takes an answer that has its buckets under another key as malformed", async () => {
    api().reply(200, { quotas: quota.buckets });

    await expect(readWithLogin(geminiCli, LOGIN)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.buckets"),
    });
  });

  it.each<[what: string, status: number, body: object, expected: object]>([
    [
      "a personal plan, which is served elsewhere now",
      403,
      unsupported,
      { reason: "not_entitled", message: expect.stringContaining("Google serves this plan through Antigravity only") },
    ],
    [
      "an account to be validated",
      403,
      unvalidated,
      { reason: "auth", message: expect.stringContaining("Gemini CLI shows how") },
    ],
    [
      "a personal plan in words alone",
      403,
      { error: { code: 403, message: "No longer supported, please migrate to Antigravity." } },
      { reason: "not_entitled", message: expect.stringContaining("Google serves this plan through Antigravity only") },
    ],
    [
      "a project without the API by its code",
      403,
      { error: { code: 403, details: [{ reason: "SERVICE_DISABLED" }] } },
      { reason: "not_entitled" },
    ],
    ["details of another form", 403, { error: { message: 7, details: "none" } }, { reason: "auth" }],
    ["a refused token", 401, refused, { reason: "auth", expired: false }],
    ["a project without the API", 403, { error: { status: "PERMISSION_DENIED" } }, { reason: "auth" }],
  ])("tells %s", async (_what, status, body, expected) => {
    api().reply(status, body);

    await expect(readWithLogin(geminiCli, LOGIN)).rejects.toMatchObject(expected);
  });
});

describe("the login file of gemini_cli", () => {
  it.each<[how: string, expiry_date: number | null, message: string]>([
    ["is past its expiry", NOW.getTime(), "expired at 2026-11-21T12:00:00.000Z; use Gemini CLI once"],
    ["tells no expiry", null, "tells no expiry"],
  ])("is not used when it %s", async (_how, expiry_date, message) => {
    await expect(readWithLogin(geminiCli, { ...LOGIN, expiry_date })).rejects.toMatchObject({
      reason: "auth",
      expired: true,
      message: expect.stringContaining(message),
    });
  });

  it("without a token is malformed", async () => {
    await expect(readWithLogin(geminiCli, { expiry_date: EXPIRES.getTime() })).rejects.toMatchObject({
      reason: "malformed",
      message: "the login file: $.access_token: expected string, but it is missing",
    });
  });
});
