import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import usages from "./fixtures/usages.200.json" with { type: "json" };
import older from "./fixtures/usages.older.json" with { type: "json" };

const PATH = "GET /usages";
const answered = (body: object) => ({ [PATH]: { body } });
const withUsage = (usage: object) => answered({ ...usages, usage });
const withLimits = (...limits: readonly object[]) => answered({ ...usages, limits });

const WINDOW = { duration: 300, timeUnit: "TIME_UNIT_MINUTE" };
const DETAIL = { limit: "100", used: "12", remaining: "88" };

describe("kimi", () => {
  it("reads the week and the five hours of decimal texts, with the level of the membership", async () => {
    expect(await readPreset("kimi", answered(usages))).toEqual({
      metered: true,
      plan: "intermediate",
      readings: [
        {
          ...{ quota: "weekly", kind: "calendar", unit: "requests", limit: 100, remaining: 69, periodSeconds: 604_800 },
          ...{ ...common, resetAt: new Date("2026-11-25T07:13:41.897Z") },
        },
        {
          ...{
            quota: "five_hour",
            kind: "rolling",
            unit: "requests",
            limit: 100,
            remaining: 88,
            periodSeconds: 18_000,
          },
          ...{ ...common, resetAt: new Date("2026-11-21T15:13:41Z") },
        },
      ],
    });
  });

  it("reads the requests of an older plan, whose use is not told while it is zero", async () => {
    const { plan, readings } = await readPreset("kimi", answered(older));

    expect(plan).toBeUndefined();
    expect(readings).toMatchObject([
      { quota: "weekly", limit: 2048, remaining: 2048 },
      { quota: "five_hour", limit: 200, remaining: 61 },
    ]);
  });

  it("sends its key as a bearer", async () => {
    nock("https://api.kimi.com", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/coding/v1/usages")
      .reply(200, usages);

    expect(await readPreset("kimi", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["remaining is not told while it is zero", { limit: "100", used: "100" }, { limit: 100, used: 100 }],
    [
      "past the limit remaining goes below the 0 where it stops",
      { limit: "100", used: "104", remaining: "0" },
      { limit: 100, remaining: -4 },
    ],
    ["numbers are as good as texts", { limit: 2048, remaining: 12 }, { limit: 2048, remaining: 12 }],
  ])("%s", async (_name, usage, expected) => {
    expect(await quotasOf("kimi", withUsage(usage))).toMatchObject({ weekly: expected });
  });

  it.each([
    ["resetTime", "2026-11-25T07:13:41.897674123Z", "2026-11-25T07:13:41.897Z"],
    ["resetTime", "2026-11-25T07:13:41Z", "2026-11-25T07:13:41Z"],
    ["resetAt", "2026-11-25T07:13:41Z", "2026-11-25T07:13:41Z"],
    ["reset_at", "2026-11-25T07:13:41Z", "2026-11-25T07:13:41Z"],
    ["reset_time", "2026-11-25T07:13:41Z", "2026-11-25T07:13:41Z"],
    ["reset_in", 3600, "2026-11-21T13:00:00Z"],
    ["resetIn", "3600", "2026-11-21T13:00:00Z"],
    ["ttl", 60, "2026-11-21T12:01:00Z"],
  ])("reads a reset from %s %s", async (key, told, expected) => {
    const resetAt = new Date(expected);
    const detail = { ...DETAIL, [key]: told };
    const answer = { ...usages, usage: detail, limits: [{ window: WINDOW, detail }] };

    expect(await quotasOf("kimi", answered(answer))).toMatchObject({ weekly: { resetAt }, five_hour: { resetAt } });
  });

  it.each([
    ["is missing", {}],
    ["is null", { resetTime: null }],
    ["is empty", { resetTime: "" }],
  ])("shows no reset where it %s", async (_name, fields) => {
    const { weekly } = await quotasOf("kimi", withUsage({ limit: "100", remaining: "100", ...fields }));

    expect(weekly).toMatchObject({ remaining: 100 });
    expect(weekly).not.toHaveProperty("resetAt");
  });

  it("reads the same below data", async () => {
    expect(await readPreset("kimi", answered({ data: usages }))).toEqual(await readPreset("kimi", answered(usages)));
  });

  it.each([
    ["five hours in hours", { duration: 5, timeUnit: "TIME_UNIT_HOUR" }, "five_hour", 18_000],
    ["a length in a text", { duration: "300", timeUnit: "TIME_UNIT_MINUTE" }, "five_hour", 18_000],
    ["one day", { duration: 1, timeUnit: "TIME_UNIT_DAY" }, "window_1_day", 86_400],
    ["an hour", { duration: 60, timeUnit: "TIME_UNIT_MINUTE" }, "window_60_minute", 3600],
    ["no told length", {}, "window", undefined],
    ["an unknown unit", { duration: 2, timeUnit: "TIME_UNIT_FORTNIGHT" }, "window_2_fortnight", undefined],
  ])("names a window of %s", async (_name, window, quota, periodSeconds) => {
    const { readings } = await readPreset("kimi", withLimits({ window, detail: DETAIL }));

    expect(readings.map((reading) => [reading.quota, reading.periodSeconds])).toEqual([
      ["weekly", 604_800],
      [quota, periodSeconds],
    ]);
  });

  it("reads a window whose counts stand beside its length", async () => {
    const window = { duration: 300, timeUnit: "TIME_UNIT_MINUTE" };
    const [nested, flat] = [withLimits({ window, detail: DETAIL }), withLimits({ window, ...DETAIL })];

    expect(await readPreset("kimi", flat)).toEqual(await readPreset("kimi", nested));
  });

  it.each([
    ["an empty list of them", []],
    ["null", null],
    ["none", undefined],
  ])("reads the week alone where a plan has no other windows: %s", async (_name, limits) => {
    expect(Object.keys(await quotasOf("kimi", answered({ ...usages, limits })))).toEqual(["weekly"]);
  });

  it.each([{ membership: null }, { membership: { level: null } }, null])(
    "knows no plan for the user %j",
    async (user) => {
      expect(await readPreset("kimi", answered({ ...usages, user }))).not.toHaveProperty("plan");
    },
  );

  it("shows neither the pool of the membership nor the calls at the same time", async () => {
    const odd = { ...usages, totalQuota: { limit: "100", remaining: "0" }, parallel: { limit: "0" } };

    expect(await readPreset("kimi", answered(odd))).toEqual(await readPreset("kimi", answered(usages)));
  });

  it("shows no number where the counts are null", async () => {
    const { weekly } = await quotasOf("kimi", withUsage({ limit: "100", used: null, remaining: null }));

    expect(weekly).toMatchObject({ confidence: "degraded" });
    expect(weekly).not.toHaveProperty("limit");
  });

  it.each([
    [
      "a count that is no number",
      200,
      { usage: { limit: "100", remaining: "many" } },
      /^malformed: .*\$\.usage\.remaining/,
    ],
    ["a usage without counts", 200, { usage: {} }, /^malformed: .*\$\.usage\.used/],
    ["a refused key", 401, { error: { message: "unauthorized" } }, /^auth: /],
    ["a key for which the endpoint does not exist", 404, {}, /^client: /],
  ])("tells %s", async (_name, status, body, expected) => {
    expect(await failureOf("kimi", { [PATH]: { status, body } })).toMatch(expected);
  });
});
