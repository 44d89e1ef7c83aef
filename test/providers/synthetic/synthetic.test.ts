import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import quotas from "./fixtures/quotas.200.json" with { type: "json" };
import older from "./fixtures/quotas.older.json" with { type: "json" };

const PATH = "GET /quotas";
const answered = (body: object) => ({ [PATH]: { body } });
const withFiveHours = (told: object) =>
  answered({ ...quotas, rollingFiveHourLimit: { ...quotas.rollingFiveHourLimit, ...told } });
const withWeek = (weeklyTokenLimit: object) => answered({ ...quotas, weeklyTokenLimit });

const FIVE_HOURS = { quota: "five_hour", kind: "rolling", unit: "requests", periodSeconds: 18_000 };

describe("synthetic", () => {
  it("reads both limits that regenerate, and searches; a partial refill is no reset", async () => {
    expect(await readPreset("synthetic", answered(quotas))).toEqual({
      metered: true,
      readings: [
        { ...FIVE_HOURS, ...common, limit: 400, remaining: 287.5, sliding: true },
        {
          ...{ quota: "weekly", kind: "rolling", unit: "usd", limit: 24, remaining: 9.72, periodSeconds: 604_800 },
          ...{ ...common, sliding: true },
        },
        {
          ...{ quota: "search_hourly", kind: "rolling", unit: "requests", limit: 250, used: 3, periodSeconds: 3600 },
          ...{ ...common, resetAt: new Date("2026-11-21T12:42:00Z"), partial: true },
        },
      ],
    });
  });

  it("reads the five hours from the subscription where that is all there is, with a fraction of a request", async () => {
    expect(await readPreset("synthetic", answered(older))).toEqual({
      metered: true,
      readings: [
        { ...FIVE_HOURS, ...common, limit: 135, used: 41.5, resetAt: new Date("2026-11-21T15:10:00Z") },
        {
          ...{ quota: "search_hourly", kind: "rolling", unit: "requests", limit: 250, used: 0, periodSeconds: 3600 },
          ...{ ...common, partial: true },
        },
      ],
    });
  });

  it("reads the same below data", async () => {
    for (const body of [quotas, older])
      expect(await readPreset("synthetic", answered({ data: body }))).toEqual(
        await readPreset("synthetic", answered(body)),
      );
  });

  it.each(["subscription", "search"])("has no window where the %s grants nothing, as without a plan", async (key) => {
    const nothing = { limit: 0, requests: 0, renewsAt: null };
    const answer = { ...older, [key]: key === "search" ? { hourly: nothing } : nothing };

    expect(Object.keys(await quotasOf("synthetic", answered(answer)))).toEqual([
      key === "search" ? "five_hour" : "search_hourly",
    ]);
  });

  it("leaves out the subscription beside the new limits", async () => {
    const odd = { ...quotas, subscription: { limit: 135, requests: 135, renewsAt: null } };

    expect(await readPreset("synthetic", answered(odd))).toEqual(await readPreset("synthetic", answered(quotas)));
  });

  it("takes the subscription where the new limit is null", async () => {
    const answer = answered({ ...quotas, rollingFiveHourLimit: null });

    expect((await quotasOf("synthetic", answer))["five_hour"]).toMatchObject({ limit: 135, used: 20 });
  });

  it.each(["toolCallDiscounts", "freeToolCalls"])("does not take %s for a limit, as they are a price", async (key) => {
    const answer = answered({ ...quotas, [key]: { limit: 500, requests: 500, renewsAt: null } });

    expect(Object.keys(await quotasOf("synthetic", answer))).toEqual(["five_hour", "weekly", "search_hourly"]);
  });

  it("sends its key as a bearer", async () => {
    nock("https://api.synthetic.new", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v2/quotas")
      .reply(200, quotas);

    expect(await readPreset("synthetic", {})).toMatchObject({ metered: true });
  });

  it.each([
    [
      "with a thousands separator",
      { maxCredits: "$1,200.00", remainingCredits: "$1,015.5" },
      { limit: 1200, remaining: 1015.5 },
    ],
    ["without a sign", { maxCredits: "24", remainingCredits: 3 }, { limit: 24, remaining: 3 }],
    ["below zero", { maxCredits: "$24.00", remainingCredits: "-$0.50" }, { limit: 24, remaining: -0.5 }],
    ["of zero", { maxCredits: "$24.00", remainingCredits: "$0.00" }, { limit: 24, remaining: 0 }],
  ])("reads credits %s", async (_name, told, expected) => {
    expect(await quotasOf("synthetic", withWeek(told))).toMatchObject({ weekly: { unit: "usd", ...expected } });
  });

  it.each([
    [64.04, 0.6404],
    [0.8, 0.008],
  ])("shows a share where no credits are told: %d %% are never a fraction", async (percentRemaining, remaining) => {
    const { weekly } = await quotasOf("synthetic", withWeek({ percentRemaining }));

    expect(weekly).toMatchObject({ unit: "ratio", limit: 1 });
    expect(weekly?.remaining).toBeCloseTo(remaining, 12);
  });

  it("knows that calls are refused where the provider says so, whatever is left", async () => {
    expect(await quotasOf("synthetic", withFiveHours({ limited: true, remaining: 0.4 }))).toMatchObject({
      five_hour: { remaining: 0.4, refused: true },
      weekly: expect.not.objectContaining({ refused: true }),
    });
  });

  it.each([
    ["null", { maxCredits: "$24.00", remainingCredits: null }],
    ["null, the percentage too", { maxCredits: null, remainingCredits: null, percentRemaining: null }],
  ])("shows no number where the credits are %s", async (_name, told) => {
    const { weekly } = await quotasOf("synthetic", withWeek(told));

    expect(weekly).toMatchObject({ confidence: "degraded" });
    expect(weekly).not.toHaveProperty("limit");
  });

  it.each([
    ["no five hours", { rollingFiveHourLimit: undefined, subscription: undefined }, ["weekly", "search_hourly"]],
    ["no week", { weeklyTokenLimit: undefined }, ["five_hour", "search_hourly"]],
    [
      "nothing but searches",
      { rollingFiveHourLimit: null, weeklyTokenLimit: null, subscription: null },
      ["search_hourly"],
    ],
    ["a null week", { weeklyTokenLimit: null }, ["five_hour", "search_hourly"]],
    ["no searches", { search: {} }, ["five_hour", "weekly"]],
    ["null searches", { search: { hourly: null } }, ["five_hour", "weekly"]],
  ])("reads the other quotas of a plan with %s", async (_name, fields, ids) => {
    expect(Object.keys(await quotasOf("synthetic", answered({ ...quotas, ...fields })))).toEqual(ids);
  });

  it.each([
    [
      "credits that are no amount",
      200,
      { ...quotas, weeklyTokenLimit: { maxCredits: "$24", remainingCredits: "lots" } },
      /^malformed: .*\$\.weeklyTokenLimit\.remainingCredits/,
    ],
    ["an answer without either form", 200, { search: quotas.search }, /^malformed: .*without a known limit/],
    ["a refused key", 401, { error: "invalid" }, /^auth: /],
  ])("tells %s", async (_name, status, body, expected) => {
    expect(await failureOf("synthetic", { [PATH]: { status, body } })).toMatch(expected);
  });
});
