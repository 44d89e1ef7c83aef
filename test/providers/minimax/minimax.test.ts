import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import remains from "./fixtures/remains.200.json" with { type: "json" };
import older from "./fixtures/remains.older.json" with { type: "json" };

const TOKEN_PLAN = "GET /token_plan/remains";
const CODING_PLAN = "GET /api/openplatform/coding_plan/remains";
const FIVE_HOURS_END = new Date("2026-11-21T16:00:00Z");
const WEEK_END = new Date("2026-11-27T00:00:00Z");

const general = { ...remains.model_remains[0] };
const textModels = { ...older.model_remains[0] };
const lanes = (...list: readonly object[]) => ({ [TOKEN_PLAN]: { body: { ...remains, model_remains: list } } });
/** What a server without the newer path answers to it. */
const legacy = (...list: readonly object[]) => ({
  [TOKEN_PLAN]: { status: 404, body: { error: "not found" } },
  [CODING_PLAN]: { body: { ...older, model_remains: list } },
});

describe("minimax", () => {
  it("reads the percents of the lane general", async () => {
    expect(await readPreset("minimax", { [TOKEN_PLAN]: { body: remains } })).toEqual({
      metered: true,
      readings: [
        {
          ...{ quota: "five_hour", kind: "rolling", unit: "ratio", limit: 1, remaining: 0.72, periodSeconds: 18_000 },
          ...{ ...common, resetAt: FIVE_HOURS_END },
        },
        {
          ...{ quota: "weekly", kind: "calendar", unit: "ratio", limit: 1, remaining: 0.55, periodSeconds: 604_800 },
          ...{ ...common, resetAt: WEEK_END },
        },
      ],
    });
  });

  it("asks the path of the coding plan after a 404, where the counts are what remains", async () => {
    expect(await readPreset("minimax", legacy(textModels))).toEqual({
      metered: true,
      readings: [
        {
          ...{ quota: "minimax_m_five_hour", kind: "rolling", unit: "requests", limit: 1500, remaining: 1320 },
          ...{ ...common, resetAt: FIVE_HOURS_END, periodSeconds: 18_000, partial: true },
        },
        {
          ...{ quota: "minimax_m_weekly", kind: "calendar", unit: "requests", limit: 15_000, remaining: 8800 },
          ...{ ...common, resetAt: WEEK_END, periodSeconds: 604_800, partial: true },
        },
      ],
    });
  });

  it("takes the same counts for what was used on the path of the token plan", async () => {
    expect(await quotasOf("minimax", lanes(textModels))).toMatchObject({
      minimax_m_five_hour: { limit: 1500, used: 1320 },
      minimax_m_weekly: { limit: 15_000, used: 8800 },
    });
  });

  it.each([
    ["remaining", lanes, { remaining: 1320 }],
    ["used", legacy, { used: 1320 }],
  ] as const)(
    "takes counts for what is %s where the account says so, whatever the path",
    async (told, answers, found) => {
      const settings = { usage_count: told };

      expect(await quotasOf("minimax", answers(textModels), { settings })).toMatchObject({
        minimax_m_five_hour: found,
      });
    },
  );

  it("refuses another word for what the counts are", async () => {
    await expect(readPreset("minimax", {}, { settings: { usage_count: "left" } })).rejects.toThrow(/usage_count/);
  });

  it("sends its key as a bearer, and the type of the vendor's example", async () => {
    const reqheaders = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    nock("https://api.minimaxi.com", { reqheaders }).get("/v1/token_plan/remains").reply(200, remains);

    expect(await readPreset("minimax", {}, { baseUrl: "https://api.minimaxi.com/v1" })).toMatchObject({
      metered: true,
    });
  });

  it("prefers percents to counts", async () => {
    const both = { ...general, current_interval_total_count: 1500, current_interval_usage_count: 1180 };

    expect(await quotasOf("minimax", lanes(both))).toMatchObject({ five_hour: { unit: "ratio", remaining: 0.72 } });
  });

  it("reads counts in texts, also of several models", async () => {
    const texts = { ...textModels, current_interval_total_count: "1500", current_interval_usage_count: "20" };

    expect(await quotasOf("minimax", lanes(texts, { ...texts, model_name: "MiniMax-M2" }))).toEqual({
      minimax_m_five_hour: expect.objectContaining({ limit: 1500, used: 20 }),
      minimax_m_weekly: expect.objectContaining({ limit: 15_000 }),
    });
  });

  it("keeps lanes apart that have the same percents", async () => {
    const music = { ...general, model_name: "music" };

    expect(Object.keys(await quotasOf("minimax", lanes(general, music)))).toHaveLength(4);
  });

  it.each([
    ["a boost of the week leaves more than all", 180, 1.8],
    ["an overrun is below nothing", -3, -0.03],
    ["a number in a text is one", "64", 0.64],
  ])("%s", async (_name, percent, remaining) => {
    const lane = { ...general, current_weekly_remaining_percent: percent };

    expect(await quotasOf("minimax", lanes(lane))).toMatchObject({ weekly: { limit: 1, remaining } });
  });

  it("knows from status 2 that a window is exhausted, though its percents lag", async () => {
    const lane = { ...general, current_interval_status: 2, current_interval_remaining_percent: 1 };

    expect(await quotasOf("minimax", lanes(lane))).toMatchObject({
      five_hour: { remaining: 0.01, refused: true },
      weekly: expect.not.objectContaining({ refused: true }),
    });
  });

  it("drops windows of status 3, whose 100 % mean nothing, and keeps the other window of the lane", async () => {
    const lane = { ...general, current_weekly_status: 3, current_weekly_remaining_percent: 100 };

    expect(Object.keys(await quotasOf("minimax", lanes(lane)))).toEqual(["five_hour"]);
  });

  it.each([
    ["a week of 0 requests", { current_weekly_total_count: 0, current_weekly_usage_count: 0 }],
    ["no week", { current_weekly_total_count: undefined, current_weekly_usage_count: undefined }],
  ])("shows no weekly window for a plan with %s", async (_name, fields) => {
    expect(Object.keys(await quotasOf("minimax", lanes({ ...textModels, ...fields })))).toEqual([
      "minimax_m_five_hour",
    ]);
  });

  it("shows every other lane under its own name, as one that binds some models only", async () => {
    const video = { ...general, model_name: "Hailuo-2.3 768P", current_interval_remaining_percent: 40 };

    expect(await quotasOf("minimax", lanes(general, video))).toMatchObject({
      five_hour: expect.not.objectContaining({ partial: true }),
      hailuo_2_3_768p_five_hour: { remaining: 0.4, partial: true },
      hailuo_2_3_768p_weekly: { remaining: 0.55, partial: true },
    });
  });

  it("shows one pool once, though several models repeat it, in whatever order they come", async () => {
    const named = (name: string) => ({ ...textModels, model_name: name });
    const image = { ...named("image-01"), current_interval_usage_count: 3 };
    const pool = [named("MiniMax-M2.5"), named("MiniMax-M2"), image, named("MiniMax-M2.1")];
    const ids = ["image_01_five_hour", "image_01_weekly", "minimax_m2_five_hour", "minimax_m2_weekly"];

    expect(Object.keys(await quotasOf("minimax", lanes(...pool))).sort()).toEqual(ids);
    expect(Object.keys(await quotasOf("minimax", lanes(...pool.toReversed()))).sort()).toEqual(ids);
  });

  it("prefers the lane general among those that share a pool", async () => {
    const pool = [textModels, { ...textModels, model_name: "general" }];

    expect(Object.keys(await quotasOf("minimax", lanes(...pool)))).toEqual(["five_hour", "weekly"]);
  });

  it.each([undefined, null, ""])("takes a lane with the name %j for the only one that there is", async (model_name) => {
    expect(Object.keys(await quotasOf("minimax", lanes({ ...textModels, model_name })))).toEqual([
      "five_hour",
      "weekly",
    ]);
  });

  it("shows the tighter of two lanes of one name", async () => {
    const other = { ...general, current_interval_remaining_percent: 3 };
    const { readings } = await readPreset("minimax", lanes(general, other));

    expect(readings.map(({ quota, remaining }) => [quota, remaining])).toEqual([
      ["five_hour", 0.03],
      ["weekly", 0.55],
    ]);
  });

  it("keeps lanes apart whose weeks differ", async () => {
    const other = { ...textModels, model_name: "MiniMax-M2", current_weekly_usage_count: 1 };

    expect(Object.keys(await quotasOf("minimax", lanes(textModels, other)))).toHaveLength(4);
  });

  it.each([
    [
      "a countdown of milliseconds where no end is told",
      { end_time: undefined, remains_time: 9_300_000 },
      "2026-11-21T14:35:00Z",
    ],
    ["epoch milliseconds in a text", { end_time: "1795275000000" }, "2026-11-21T15:30:00Z"],
    ["the countdown where the end is 0 or empty", { end_time: "", remains_time: 9_300_000 }, "2026-11-21T14:35:00Z"],
    ["the end in a text", { end_time: "2026-11-21T15:30:00+00:00" }, "2026-11-21T15:30:00Z"],
  ])("takes the reset from %s", async (_name, fields, expected) => {
    const { five_hour: found } = await quotasOf("minimax", lanes({ ...general, ...fields }));

    expect(found).toMatchObject({ resetAt: new Date(expected), periodSeconds: 18_000 });
  });

  it("takes the length of a lane from its own bounds, as some last a day", async () => {
    const image = { ...textModels, model_name: "image-01", end_time: 1795345200000 };

    expect(await quotasOf("minimax", lanes(image))).toMatchObject({ image_01_five_hour: { periodSeconds: 86_400 } });
  });

  it.each([
    ["ends where it began", { start_time: 1795276800000 }],
    ["began in 1970", { start_time: 0 }],
    ["tells no beginning", { start_time: undefined }],
  ])("takes five hours for the length of the lane general where it %s", async (_name, fields) => {
    const lane = { ...general, ...fields };

    expect(await quotasOf("minimax", lanes(lane))).toMatchObject({ five_hour: { periodSeconds: 18_000 } });
  });

  it("does not know the length of another lane without bounds", async () => {
    const image = { ...textModels, model_name: "image-01", start_time: undefined, end_time: undefined };

    expect((await quotasOf("minimax", lanes(image)))["image_01_five_hour"]).not.toHaveProperty("periodSeconds");
  });

  it("shows no number where a percent or a count is null", async () => {
    const nulls = { ...general, current_interval_remaining_percent: null };
    const counts = { ...textModels, current_weekly_usage_count: null };

    expect(await quotasOf("minimax", lanes(nulls, counts))).toMatchObject({
      five_hour: { confidence: "degraded" },
      minimax_m_weekly: { confidence: "degraded" },
    });
  });

  const refused = (code: number) => ({ base_resp: { status_code: code, status_msg: "x" } });
  it.each([
    ["a bad key with status 200", 200, refused(1004), /^auth: /],
    ["a bad key with status 403", 403, refused(1004), /^auth: /],
    ["a bad key with status 401", 401, {}, /^auth: /],
    ["another failure with status 200", 200, refused(1000), /^server: .* answered 200, and that it failed$/],
    ["a key without a plan", 200, { ...remains, model_remains: [] }, /^not_entitled: /],
    ["a key without a plan, in null", 200, { ...remains, model_remains: null }, /^not_entitled: /],
    ["too many calls", 429, refused(1002), /^rate_limited: /],
    [
      "a lane that is neither in percents nor in counts",
      200,
      { ...older, model_remains: [{ model_name: "general" }] },
      /^malformed: /,
    ],
  ])("tells %s", async (_name, status, body, expected) => {
    expect(await failureOf("minimax", { [TOKEN_PLAN]: { status, body } })).toMatch(expected);
  });

  it("takes a page of a firewall with status 403 for no verdict on the key", async () => {
    const page = {
      status: 403,
      body: "<!DOCTYPE html><title>Attention Required!</title>",
      headers: { "content-type": "text/html" },
    };

    expect(await failureOf("minimax", { [TOKEN_PLAN]: page })).toBe(
      "rate_limited: GET api.minimax.io/v1/token_plan/remains answered 403: a web page, so it is a firewall that refuses and says nothing of the key",
    );
  });

  it("fails where neither path exists", async () => {
    const missing = { status: 404, body: {} };

    expect(await failureOf("minimax", { [TOKEN_PLAN]: missing, [CODING_PLAN]: missing })).toMatch(
      /^client: .*coding_plan/,
    );
  });
});
