import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import limit from "./fixtures/limit.200.json" with { type: "json" };
import older from "./fixtures/limit.older.json" with { type: "json" };

const PATH = "GET /api/monitor/usage/quota/limit";
const answered = (...limits: readonly object[]) => ({ [PATH]: { body: { ...limit, data: { limits } } } });

const five = { type: "CREDIT_LIMIT", unit: 3, number: 5 };
const week = { type: "CREDIT_LIMIT", unit: 6, number: 1 };
const fiveOfTokens = { ...five, type: "TOKENS_LIMIT" };
const tools = { type: "TIME_LIMIT", unit: 5, number: 1 };
const counts = { usage: 2000, currentValue: 640, remaining: 1360, percentage: 32 };

describe("zai", () => {
  it("reads the credits of both windows, with the plan", async () => {
    expect(await readPreset("zai", { [PATH]: { body: limit } })).toEqual({
      metered: true,
      plan: "lite",
      readings: [
        {
          ...{
            quota: "five_hour",
            kind: "rolling",
            unit: "credits",
            limit: 2000,
            remaining: 1285,
            periodSeconds: 18_000,
          },
          ...{ ...common, resetAt: new Date("2026-11-21T16:00:00Z") },
        },
        {
          ...{
            quota: "weekly",
            kind: "rolling",
            unit: "credits",
            limit: 10_000,
            remaining: 4170,
            periodSeconds: 604_800,
          },
          ...{ ...common, resetAt: new Date("2026-11-27T00:00:00Z") },
        },
      ],
    });
  });

  it("reads shares of an older plan, and its month of tool calls as requests that bind those tools only", async () => {
    expect(await readPreset("zai", { [PATH]: { body: older } })).toEqual({
      metered: true,
      plan: "pro",
      readings: [
        {
          ...{ quota: "five_hour", kind: "rolling", unit: "ratio", limit: 1, remaining: 0.73, periodSeconds: 18_000 },
          ...{ ...common, resetAt: new Date("2026-11-21T16:00:00Z") },
        },
        {
          ...{ quota: "weekly", kind: "rolling", unit: "ratio", limit: 1, remaining: 0.92, periodSeconds: 604_800 },
          ...{ ...common, resetAt: new Date("2026-11-27T00:00:00Z") },
        },
        {
          ...{ quota: "mcp_monthly", kind: "calendar", unit: "requests", limit: 1000, remaining: 916, partial: true },
          ...{ ...common, resetAt: new Date("2026-12-15T00:00:00Z") },
        },
      ],
    });
  });

  it("sends its key as it is, like the vendor's own plugin, and asks for English messages", async () => {
    const reqheaders = { authorization: KEY, "accept-language": "en" };
    nock("https://api.z.ai", { reqheaders, badheaders: ["bigmodel-organization", "bigmodel-project"] })
      .get("/api/monitor/usage/quota/limit")
      .reply(200, limit);

    expect(await readPreset("zai", {})).toMatchObject({ plan: "lite" });
  });

  it("asks for a team by type and the ids of organization and project", async () => {
    nock("https://open.bigmodel.cn", {
      reqheaders: { "bigmodel-organization": "org-7", "bigmodel-project": "proj_9" },
    })
      .get("/api/monitor/usage/quota/limit?type=2")
      .reply(200, limit);
    const settings = { organization: "org-7", project: "proj_9" };

    expect(await readPreset("zai", {}, { settings, baseUrl: "https://open.bigmodel.cn" })).toMatchObject({
      plan: "lite",
    });
  });

  it.each([
    [
      "usage is the limit, and currentValue what was used",
      { ...counts, remaining: undefined },
      { limit: 2000, used: 640 },
    ],
    [
      "remaining is as told where the two others do not add up to it",
      { ...counts, remaining: 1359 },
      { limit: 2000, remaining: 1359 },
    ],
    [
      "past the limit remaining goes below the 0 where it stops",
      { ...counts, currentValue: 2100, remaining: 0 },
      { limit: 2000, remaining: -100 },
    ],
    ["a remaining alone is shown without a limit", { remaining: 1360 }, { unit: "credits", remaining: 1360 }],
    ["a percentage alone is a share", { percentage: 32 }, { unit: "ratio", limit: 1, remaining: 0.68 }],
    [
      "a percentage beside a limit alone is a share",
      { usage: 2000, percentage: 32 },
      { unit: "ratio", remaining: 0.68 },
    ],
    [
      "a limit of 0 tells less than the percentage",
      { ...counts, usage: 0, currentValue: 0, remaining: 0 },
      { unit: "ratio", remaining: 0.68 },
    ],
    ["a percentage above 100 is an overrun", { percentage: 104 }, { unit: "ratio", remaining: -0.04 }],
    ["numbers in texts are numbers", { usage: "2000", remaining: "1360" }, { limit: 2000, remaining: 1360 }],
  ])("%s", async (_name, told, expected) => {
    expect((await quotasOf("zai", answered({ ...five, ...told })))["five_hour"]).toMatchObject(expected);
  });

  it.each([
    ["a null percentage", { percentage: null }],
    ["null counters", { usage: null, currentValue: null, remaining: null }],
    ["null counters and percentage", { usage: null, currentValue: null, remaining: null, percentage: null }],
  ])("is degraded, without numbers, for %s", async (_name, told) => {
    const { five_hour: found } = await quotasOf("zai", answered({ ...five, ...told }));

    expect(found).toMatchObject({ confidence: "degraded" });
    expect(found).not.toHaveProperty("limit");
  });

  it.each([
    ["missing", {}],
    ["null", { nextResetTime: null }],
    ["0", { nextResetTime: 0 }],
  ])("has no reset while nobody has touched the window: nextResetTime is %s", async (_name, told) => {
    const { five_hour: found } = await quotasOf("zai", answered({ ...five, ...counts, ...told }));

    expect(found).toMatchObject({ remaining: 1360, confidence: "reported" });
    expect(found).not.toHaveProperty("resetAt");
  });

  it("tells two windows of one type apart by unit and number alone, also where the week ends first", async () => {
    const soon = { ...week, ...counts, nextResetTime: 1795269600000 };
    const late = { ...five, ...counts, remaining: 5, nextResetTime: 1795276800000 };

    expect(await quotasOf("zai", answered(soon, late))).toMatchObject({
      weekly: { remaining: 1360, resetAt: new Date("2026-11-21T14:00:00Z") },
      five_hour: { remaining: 5, resetAt: new Date("2026-11-21T16:00:00Z") },
    });
  });

  it("finds the type also under the key name", async () => {
    const { type, ...rest } = fiveOfTokens;

    expect(Object.keys(await quotasOf("zai", answered({ ...rest, name: type, percentage: 5 })))).toEqual(["five_hour"]);
  });

  it.each([
    ["a coding window of days", { ...five, unit: 1, number: 1, ...counts }, "window_1_1", { unit: "credits" }],
    [
      "a coding window of twelve hours",
      { ...five, number: 12, percentage: 5 },
      "window_3_12",
      { periodSeconds: 43_200 },
    ],
    ["a coding window without a length", { type: "TOKENS_LIMIT", percentage: 5 }, "window", { remaining: 0.95 }],
    [
      "tool calls of another length",
      { ...tools, unit: 6, ...counts },
      "time_limit_6_1",
      { unit: "ratio", partial: true },
    ],
    ["an unknown type", { ...five, type: "IMAGE-Limit", percentage: 5 }, "image_limit_3_5", { partial: true }],
    [
      "an unknown type with counts alone",
      { ...five, type: "X", usage: 8, currentValue: 2 },
      "x_3_5",
      { unit: "ratio", remaining: 0.75 },
    ],
  ])("shows %s under a generic id instead of dropping it", async (_name, told, id, expected) => {
    const quotas = await quotasOf("zai", answered(told));

    expect(Object.keys(quotas)).toEqual([id]);
    expect(quotas[id]).toMatchObject(expected);
  });

  it.each([
    ["a share where no counts are told", { percentage: 9 }, { unit: "ratio", remaining: 0.91, partial: true }],
    ["counts without a percentage", { usage: 100, currentValue: 7 }, { unit: "requests", limit: 100, used: 7 }],
  ])("reads tool calls as %s", async (_name, told, expected) => {
    expect((await quotasOf("zai", answered({ ...tools, ...told })))["mcp_monthly"]).toMatchObject(expected);
  });

  it.each(["level", "planName", "plan", "plan_type", "packageName"])("takes the plan from %s", async (key) => {
    const data = { [key]: "max", limits: [{ ...five, ...counts }] };

    expect(await readPreset("zai", { [PATH]: { body: { ...limit, data } } })).toMatchObject({ plan: "max" });
  });

  it.each([
    ["a bad key", { code: 401, msg: "token expired or incorrect", success: false }, /^auth: /],
    ["a key without a plan", { code: 500, msg: "You do not have a Coding Plan", success: false }, /^not_entitled: /],
    ["any other failure", { code: 500, msg: "busy", success: false }, /^server: .* answered 200, and that it failed$/],
    ["a code that says so alone", { code: 1234, msg: "busy" }, /^server: /],
    ["empty data, as for a team without its ids", { ...limit, data: {} }, /^not_entitled: .*organization and project/],
    ["no field of that name", { ...limit, data: undefined }, /^not_entitled: /],
    ["no data", { ...limit, data: null }, /^not_entitled: /],
    ["an empty list", { ...limit, data: { level: "lite", limits: [] } }, /^not_entitled: /],
    ["data of another shape", { ...limit, data: { level: "lite" } }, /^malformed: .*\$\.data\.limits/],
  ])("takes status 200 for a failure where the envelope tells %s", async (_name, body, expected) => {
    expect(await failureOf("zai", { [PATH]: { body } })).toMatch(expected);
  });

  it.each([
    [401, { code: 1001, success: false }, /^auth: /],
    [403, {}, /^auth: /],
    [429, { code: 1302, msg: "rate limit", success: false }, /^rate_limited: /],
    [500, { code: 500, msg: "no coding plan", success: false }, /^not_entitled: /],
  ])("lets a plain status %i stand", async (status, body, expected) => {
    expect(await failureOf("zai", { [PATH]: { status, body } })).toMatch(expected);
  });
});
