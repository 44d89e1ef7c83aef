import nock from "nock";
import { describe, expect, it } from "vitest";
import { ollamaCloud } from "../../../src/providers/ollama_cloud/ollama-cloud.ts";
import { NOW, readAccount } from "../read-account.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };
import monthly from "./fixtures/usage.200.monthly.json" with { type: "json" };
import older from "./fixtures/usage.200.older.json" with { type: "json" };

function readWith(body: object, status = 200) {
  nock("https://ollama.com").get("/api/usage").matchHeader("authorization", "Bearer invented").reply(status, body);
  return readAccount(ollamaCloud, "invented");
}

const common = { unit: "ratio", limit: 1, readAt: NOW, enforcement: "hard", source: "api", confidence: "reported" };

describe("ollama_cloud", () => {
  it("reads the shares of session and week, and no reset, which nothing tells", async () => {
    expect(await readWith(usage)).toEqual({
      metered: true,
      readings: [
        { ...common, quota: "session", kind: "rolling", periodSeconds: 18_000, remaining: expect.closeTo(0.181, 12) },
        { ...common, quota: "weekly", kind: "rolling", periodSeconds: 604_800, remaining: 0.75 },
      ],
    });
  });

  it("reads the older answer, which lists its models elsewhere", async () => {
    const { readings } = await readWith(older);

    expect(readings).toMatchObject([
      { quota: "session", remaining: 0.5 },
      { quota: "weekly", remaining: 0.875 },
    ]);
  });

  it("reads the month of accounts that have an included sum of dollars, and no length of it", async () => {
    expect((await readWith(monthly)).readings).toEqual([
      { ...common, quota: "monthly", kind: "calendar", remaining: 0.625 },
    ]);
  });

  it.each<[what: string, limits: object, quotas: readonly string[]]>([
    ["any subset", { weekly: { usage: 0 } }, ["weekly"]],
    [
      "all of them",
      { monthly: { usage: 0 }, weekly: { usage: 0 }, session: { usage: 0 } },
      ["session", "weekly", "monthly"],
    ],
    ["a window of null, which the plan does not have", { session: null, weekly: { usage: 0 } }, ["weekly"]],
    ["a window of tomorrow beside one of today", { fortnightly: { usage: 2 }, weekly: { usage: 0 } }, ["weekly"]],
  ])("takes %s", async (_what, limits, quotas) => {
    expect((await readWith({ limits })).readings.map(({ quota }) => quota)).toEqual(quotas);
  });

  it("leaves a share of null degraded, without numbers", async () => {
    const { readings } = await readWith({ limits: { session: { usage: null } } });

    expect(readings).toMatchObject([{ quota: "session", confidence: "degraded" }]);
    expect(readings[0]).not.toHaveProperty("limit");
    expect(readings[0]).not.toHaveProperty("remaining");
  });

  it("shows by how much a window was passed", async () => {
    const { readings } = await readWith({ limits: { session: { usage: 1.03125 } } });

    expect(readings).toMatchObject([{ limit: 1, remaining: -0.03125 }]);
  });

  it.each<[what: string, limits: object, path: string]>([
    ["a percentage, which would look used up", { session: { usage: 81.9 } }, "$.limits.session.usage"],
    ["a share below zero", { session: { usage: -0.1 } }, "$.limits.session.usage"],
    ["a share in a text", { weekly: { usage: "0.2" } }, "$.limits.weekly.usage"],
    ["a window without a share", { weekly: {} }, "$.limits.weekly.usage"],
    ["no window at all", {}, "$.limits"],
    ["only windows that nobody knows", { fortnightly: { usage: 0.5 } }, "$.limits"],
  ])("does not guess at %s", async (_what, limits, path) => {
    await expect(readWith({ limits })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(`${path}:`),
    });
  });

  it.each([
    [401, "auth"],
    [429, "rate_limited"],
    [404, "client"],
  ])("judges %i as %s", async (status, reason) => {
    await expect(readWith({ error: "invented" }, status)).rejects.toMatchObject({ reason });
  });
});
