import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import free from "./fixtures/subscription.200.free.json" with { type: "json" };
import subscription from "./fixtures/subscription.200.json" with { type: "json" };
import older from "./fixtures/subscription.200.older.json" with { type: "json" };

const ID = "elevenlabs";
const PATH = "GET /v1/user/subscription";
const withFields = (fields: object) => ({ [PATH]: { body: { ...subscription, ...fields } } });
const characters = { quota: "monthly_characters", kind: "calendar", unit: "characters", ...common } as const;
const resetAt = new Date("2026-12-04T00:00:00Z");

describe("elevenlabs", () => {
  it("reads the characters that were used of those allowed, the reset in seconds since 1970, and the plan", async () => {
    expect(await readPreset(ID, { [PATH]: { body: subscription } })).toEqual({
      metered: true,
      plan: "creator",
      readings: [{ ...characters, limit: 110_000, used: 73_150, resetAt, enforcement: "soft" }],
    });
  });

  it("reads a free plan, which ends at its limit and may have no time of a reset", async () => {
    expect(await readPreset(ID, { [PATH]: { body: free } })).toEqual({
      metered: true,
      plan: "free",
      readings: [{ ...characters, limit: 10_000, used: 10_000 }],
    });
  });

  it("reads an answer without the newer fields, and takes its limit for hard", async () => {
    expect(await readPreset(ID, { [PATH]: { body: older } })).toEqual({
      metered: true,
      plan: "starter",
      readings: [{ ...characters, limit: 30_000, used: 1200, resetAt }],
    });
  });

  it("sends its key in a header of its own, and no bearer", async () => {
    nock("https://api.elevenlabs.io", { reqheaders: { "xi-api-key": KEY }, badheaders: ["authorization"] })
      .get("/v1/user/subscription")
      .reply(200, subscription);

    expect(await readPreset(ID, {})).toMatchObject({ metered: true });
  });

  it.each([
    ["soft where plan and workspace allow to go on", {}, "soft"],
    ["soft where that has a limit of its own", { max_character_limit_extension: 50_000 }, "soft"],
    ["hard where the workspace does not allow it", { allowed_to_extend_character_limit: false }, "hard"],
    ["hard where the plan does not allow it", { can_extend_character_limit: false }, "hard"],
    ["hard where it may go on by nothing", { max_character_limit_extension: 0 }, "hard"],
    ["soft within such a limit", { max_character_limit_extension: 5000, character_count: 114_999 }, "soft"],
    ["hard at the end of such a limit", { max_character_limit_extension: 5000, character_count: 115_000 }, "hard"],
    ["hard where that is not told", { allowed_to_extend_character_limit: undefined }, "hard"],
    ["hard where that is null", { allowed_to_extend_character_limit: null }, "hard"],
  ])("the limit is %s", async (_name, fields, enforcement) => {
    expect(await quotasOf(ID, withFields(fields))).toMatchObject({ monthly_characters: { enforcement } });
  });

  it("shows how far the limit was passed, where it may be", async () => {
    expect(await quotasOf(ID, withFields({ character_count: 125_500 }))).toMatchObject({
      monthly_characters: { limit: 110_000, remaining: -15_500, enforcement: "soft" },
    });
  });

  it.each([null, 0, undefined])("has no reset where the time is %s", async (next_character_count_reset_unix) => {
    const { monthly_characters } = await quotasOf(ID, withFields({ next_character_count_reset_unix }));

    expect(monthly_characters).toMatchObject({ limit: 110_000, used: 73_150 });
    expect(monthly_characters).not.toHaveProperty("resetAt");
  });

  it("is malformed with a reset in milliseconds, rather than one in the far future", async () => {
    expect(await failureOf(ID, withFields({ next_character_count_reset_unix: 1_796_342_400_000 }))).toMatch(
      /^malformed: .*\$\.next_character_count_reset_unix/,
    );
  });

  it("shows no number where what was used is null", async () => {
    const { monthly_characters } = await quotasOf(ID, withFields({ character_count: null }));

    expect(monthly_characters).toEqual({ ...characters, resetAt, enforcement: "soft", confidence: "degraded" });
  });

  it("reads no voice slots, which nobody uses up", async () => {
    expect(Object.keys(await quotasOf(ID, withFields({ voice_slots_used: 30 })))).toEqual(["monthly_characters"]);
  });

  it("says what a key lacks that may not read the user", async () => {
    const body = { detail: { status: "missing_permissions", message: "invented" } };

    expect(await failureOf(ID, { [PATH]: { status: 401, body } })).toBe(
      "auth: GET api.elevenlabs.io/v1/user/subscription answered 401: the key needs the permission to read the user",
    );
  });

  it.each([
    [401, { detail: { status: "invalid_api_key" } }, "auth: .*: the credential is refused"],
    [401, { detail: "Unauthorized" }, "auth: .*: the credential is refused"],
    [422, { detail: [{ loc: ["header"], msg: "field required", type: "value_error" }] }, "client: "],
  ])("judges a %i with %j by its status", async (status, body, told) => {
    expect(await failureOf(ID, { [PATH]: { status, body } })).toMatch(new RegExp(`^${told}`));
  });
});
