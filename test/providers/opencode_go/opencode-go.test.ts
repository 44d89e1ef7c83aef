import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import bare from "./fixtures/usage.200.bare.json" with { type: "json" };
import usage from "./fixtures/usage.200.json" with { type: "json" };

const ID = "opencode_go";
const PATH = "GET /usage";
const withWindows = (windows: object) => ({ [PATH]: { body: { usage: { ...usage.usage, ...windows } } } });
const share = { unit: "ratio", limit: 1, ...common } as const;

describe("opencode_go", () => {
  it("reads the shares that are left of the three windows out of the percents that were used", async () => {
    expect(await readPreset(ID, { [PATH]: { body: usage } })).toEqual({
      metered: true,
      readings: [
        {
          ...{ quota: "five_hour", kind: "rolling", remaining: 0.88, periodSeconds: 18_000, ...share },
          resetAt: new Date("2026-11-21T15:08:41Z"),
        },
        {
          ...{ quota: "weekly", kind: "calendar", remaining: 0.56, periodSeconds: 604_800, ...share },
          resetAt: new Date("2026-11-23T00:00:00Z"),
        },
        {
          ...{ quota: "monthly", kind: "calendar", remaining: 0.73, ...share },
          resetAt: new Date("2026-12-09T07:30:12Z"),
        },
      ],
    });
  });

  it("reads windows without a status and without a reset", async () => {
    expect((await readPreset(ID, { [PATH]: { body: bare } })).readings).toEqual([
      { quota: "five_hour", kind: "rolling", remaining: 0.88, periodSeconds: 18_000, ...share },
      { quota: "weekly", kind: "calendar", remaining: 0.56, periodSeconds: 604_800, ...share },
      { quota: "monthly", kind: "calendar", remaining: 0.73, ...share },
    ]);
  });

  it("sends its key as a bearer", async () => {
    nock("https://opencode.ai", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/zen/go/v1/usage")
      .reply(200, usage);

    expect(await readPreset(ID, {})).toMatchObject({ metered: true });
  });

  it.each([
    ["0 is untouched", 0, 1],
    ["1 is one percent, not all", 1, 0.99],
    ["100 is used up", 100, 0],
    ["what passes 100 is an overrun", 125, -0.25],
    ["a percent in a text is a number", "25", 0.75],
  ])("%s", async (_name, percent, remaining) => {
    expect(await quotasOf(ID, withWindows({ weekly: { status: "ok", percent } }))).toMatchObject({
      weekly: { limit: 1, remaining },
    });
  });

  it.each([
    ["+02:00", "2026-11-23T02:00:00+02:00"],
    ["Z", "2026-11-23T00:00:00Z"],
  ])("reads a reset with the offset %s", async (_offset, resetsAt) => {
    expect(await quotasOf(ID, withWindows({ weekly: { percent: 44, resetsAt } }))).toMatchObject({
      weekly: { resetAt: new Date("2026-11-23T00:00:00Z") },
    });
  });

  it.each(["rolling", "weekly", "monthly"] as const)(
    "keeps %s where its status is not ok, and believes no percent that leaves something",
    async (name) => {
      const quota = name === "rolling" ? "five_hour" : name;
      const readings = await quotasOf(ID, withWindows({ [name]: { ...usage.usage[name], status: "limited" } }));

      expect(Object.keys(readings)).toEqual(["five_hour", "weekly", "monthly"]);
      expect(readings[quota]).toMatchObject({ confidence: "degraded", resetAt: new Date(usage.usage[name].resetsAt) });
      expect(readings[quota]).not.toHaveProperty("remaining");
    },
  );

  it("believes the percent of a window that is used up, whatever its status", async () => {
    expect(await quotasOf(ID, withWindows({ weekly: { status: "limited", percent: 100 } }))).toMatchObject({
      weekly: { remaining: 0, confidence: "reported" },
    });
  });

  it.each([
    ["a status that is not ok and no percent", { status: "unavailable" }],
    ["null for the percent", { status: "ok", percent: null }],
  ])("shows no number for a window with %s", async (_name, weekly) => {
    expect(await quotasOf(ID, withWindows({ weekly }))).toMatchObject({ weekly: { confidence: "degraded" } });
  });

  it("takes a status of null for one that is not told", async () => {
    expect(await quotasOf(ID, withWindows({ weekly: { status: null, percent: 44 } }))).toMatchObject({
      weekly: { remaining: 0.56 },
    });
  });

  it.each([
    ["rolling", ["weekly", "monthly"]],
    ["weekly", ["five_hour", "monthly"]],
    ["monthly", ["five_hour", "weekly"]],
  ])("has no reading of %s where the plan lacks it", async (name, rest) => {
    for (const lacking of [undefined, null]) {
      expect(Object.keys(await quotasOf(ID, withWindows({ [name]: lacking })))).toEqual(rest);
    }
  });

  it("shows a window that nobody has announced under its own name", async () => {
    expect(
      await quotasOf(ID, withWindows({ daily: { status: "ok", percent: 5 }, note: "new", "5h": { percent: 9 } })),
    ).toMatchObject({
      daily: { kind: "calendar", unit: "ratio", remaining: 0.95 },
    });
    expect(await quotasOf(ID, withWindows({ daily: { percent: "soon" } }))).not.toHaveProperty("daily");
  });

  it.each([
    ["no window at all", {}],
    ["windows of null", { rolling: null, weekly: null, monthly: null }],
    ["an ok window without a percent", { rolling: { status: "ok" } }],
  ])("is malformed with %s", async (_name, windows) => {
    expect(await failureOf(ID, { [PATH]: { body: { usage: windows } } })).toMatch(/^malformed: .*\$\.usage\.rolling/);
  });

  it.each([
    ["as a type", { type: "error", error: { type: "EntitlementError", message: "invented" } }],
    ["as a name", { name: "EntitlementError", message: "invented" }],
  ])("knows a key without a subscription by the EntitlementError, %s", async (_where, body) => {
    expect(await failureOf(ID, { [PATH]: { status: 403, body } })).toMatch(/^not_entitled: .*no plan or no credit$/);
  });

  it.each([
    [401, "auth"],
    [403, "auth"],
    [408, "timeout"],
    [429, "rate_limited"],
    [503, "server"],
  ])("judges any other %i by its status", async (status, reason) => {
    const body = { type: "error", error: { type: "AuthError", message: "invented" } };

    expect(await failureOf(ID, { [PATH]: { status, body } })).toMatch(new RegExp(`^${reason}: `));
  });
});
