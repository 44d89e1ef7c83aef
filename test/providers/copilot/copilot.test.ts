import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import user from "./fixtures/user.200.json" with { type: "json" };
import older from "./fixtures/user.older.json" with { type: "json" };

const PATH = "GET /copilot_internal/user";
const answered = (body: object) => ({ [PATH]: { body } });
const withSnapshots = (quota_snapshots: unknown, more: object = {}) => answered({ ...user, quota_snapshots, ...more });
const withPremium = (told: object, more: object = {}) => {
  const { credits_used: _, ...premium } = user.quota_snapshots.premium_interactions;
  return withSnapshots({ premium_interactions: { ...premium, ...told } }, more);
};

const DECEMBER = new Date("2026-12-01T00:00:00Z");
const unlimited = { kind: "calendar", unit: "requests", ...common, unlimited: true, resetAt: DECEMBER };

describe("copilot", () => {
  it("reads credits with their fraction, soft where overage is permitted, and the lanes without a limit", async () => {
    expect(await readPreset("copilot", answered(user))).toEqual({
      metered: true,
      plan: "individual",
      readings: [
        {
          ...{ quota: "premium_interactions", kind: "calendar", unit: "credits", limit: 1500, remaining: 843.6 },
          ...{ ...common, enforcement: "soft", resetAt: DECEMBER },
        },
        { quota: "chat", ...unlimited },
        { quota: "completions", ...unlimited },
      ],
    });
  });

  it("reads what remains of the older Free plan, until the day of the subscription", async () => {
    const rest = { kind: "calendar", unit: "requests", ...common, resetAt: new Date("2026-12-14T00:00:00Z") };

    expect(await readPreset("copilot", answered(older))).toEqual({
      metered: true,
      plan: "individual",
      readings: [
        { quota: "chat", limit: 500, remaining: 417, ...rest },
        { quota: "completions", limit: 4000, remaining: 3050, ...rest },
      ],
    });
  });

  it("sends its token with the word token", async () => {
    nock("https://api.github.com", { reqheaders: { authorization: `Token ${KEY}` } })
      .get("/copilot_internal/user")
      .reply(200, user);

    expect(await readPreset("copilot", {})).toMatchObject({ plan: "individual" });
  });

  it.each([
    ["overage that is not permitted makes it hard", { overage_permitted: false }, { enforcement: "hard" }],
    [
      "overage goes below zero",
      { quota_remaining: -41.2, remaining: -41, percent_remaining: -2.7 },
      { remaining: -41.2 },
    ],
    ["whole credits do where no fraction is told", { quota_remaining: undefined }, { remaining: 843 }],
    ["whole credits do where the fraction is null", { quota_remaining: null }, { remaining: 843 }],
    [
      "a percentage alone is a share",
      { entitlement: undefined, quota_remaining: undefined, remaining: undefined },
      { unit: "ratio", limit: 1, remaining: 0.562 },
    ],
    [
      "an exhausted lane is no placeholder",
      { quota_remaining: 0, remaining: 0, percent_remaining: 0 },
      { limit: 1500, remaining: 0 },
    ],
  ])("%s", async (_name, told, expected) => {
    expect((await quotasOf("copilot", withPremium(told)))["premium_interactions"]).toMatchObject(expected);
  });

  it.each([
    ["requests where nothing is billed by token", { token_based_billing: false }, "requests"],
    ["requests where nothing is said of it", { token_based_billing: undefined }, "requests"],
    [
      "requests on the Free plan, though it says that it bills by token",
      { access_type_sku: "free_limited_copilot" },
      "requests",
    ],
    ["credits for a student, who pays nothing", { access_type_sku: "free_educational_quota" }, "credits"],
    ["credits where no sku is told", { access_type_sku: undefined }, "credits"],
  ])("counts %s", async (_name, more, unit) => {
    expect(await quotasOf("copilot", withPremium({}, more))).toMatchObject({ premium_interactions: { unit } });
  });

  it("counts credits where the lane itself says that it bills by token", async () => {
    const answer = withPremium({ token_based_billing: true }, { token_based_billing: undefined });

    expect(await quotasOf("copilot", answer)).toMatchObject({ premium_interactions: { unit: "credits" } });
  });

  it.each([
    ["an entitlement of 0", { entitlement: 0, remaining: 0, quota_remaining: 0, percent_remaining: 100 }],
    ["an entitlement of 0 in a text", { entitlement: "0", remaining: "0", quota_remaining: "0" }],
    ["an entitlement of -1", { entitlement: -1, remaining: -1, quota_remaining: -1, percent_remaining: 100 }],
    ["the word that there is no quota", { has_quota: false, percent_remaining: 100 }],
  ])("drops a placeholder with %s, which would look as if nothing was used", async (_name, told) => {
    expect(await readPreset("copilot", withPremium(told))).toMatchObject({ readings: [] });
  });

  it("shows what a seat has used that its organization pays for, without a limit", async () => {
    const told = { entitlement: 0, remaining: 0, quota_remaining: 0, percent_remaining: 100, credits_used: 45.5 };
    const { premium_interactions: found } = await quotasOf("copilot", withPremium(told));

    expect(found).toMatchObject({ unit: "credits", used: 45.5 });
    expect(found).not.toHaveProperty("limit");
    expect(found).not.toHaveProperty("remaining");
  });

  it("does not mind a lane that is null", async () => {
    const { completions, ...rest } = user.quota_snapshots;
    const lanes = withSnapshots({ ...rest, chat: null, completions });

    expect(Object.keys(await quotasOf("copilot", lanes))).toEqual(["premium_interactions", "completions"]);
  });

  it("knows of an unlimited lane that tells a percentage alone that it has no limit", async () => {
    const lanes = withSnapshots({ chat: { unlimited: true, percent_remaining: 100 } });

    expect(await quotasOf("copilot", lanes)).toEqual({ chat: { quota: "chat", ...unlimited } });
  });

  it("shows a lane that nobody knows under its own name", async () => {
    const lanes = withSnapshots({ "Code-Review": { entitlement: 50, remaining: 8, overage_permitted: false } });

    expect(await quotasOf("copilot", lanes)).toMatchObject({
      code_review: { unit: "requests", limit: 50, remaining: 8 },
    });
  });

  it.each([
    ["a known lane without numbers", { chat: { quota_id: "chat" } }, /^malformed: .*finds nothing/],
    ["a field that is no lane", { version: 3, about: { text: "x" } }, /^the read did not fail$/],
  ])("tells %s", async (_name, snapshots, expected) => {
    expect(await failureOf("copilot", withSnapshots(snapshots))).toMatch(expected);
  });

  it.each([
    ["no lanes", {}],
    ["null", null],
  ])("reads nothing from a seat whose snapshots have %s", async (_name, snapshots) => {
    expect(await readPreset("copilot", withSnapshots(snapshots))).toMatchObject({ readings: [] });
  });

  it("prefers snapshots to the older numbers beside them", async () => {
    expect(await readPreset("copilot", answered({ ...older, ...user }))).toEqual(
      await readPreset("copilot", answered(user)),
    );
  });

  it.each([
    ["a date alone, which is midnight UTC", { quota_reset_date_utc: undefined }, DECEMBER],
    ["no date", { quota_reset_date_utc: undefined, quota_reset_date: undefined }, undefined],
  ])("reads the reset from %s", async (_name, more, resetAt) => {
    const { premium_interactions: found } = await quotasOf("copilot", withPremium({}, more));

    expect(found?.resetAt).toEqual(resetAt);
  });

  it("shows no number where what remains is null", async () => {
    const found = await quotasOf("copilot", withPremium({ quota_remaining: null, remaining: null }));

    expect(found["premium_interactions"]).toMatchObject({ confidence: "degraded" });
  });

  it.each([
    ["a number that is none", 200, withPremium({ quota_remaining: "many" }), /^malformed: .*readings\.0\.remaining/],
    ["a user without quotas of either form", 200, answered({ login: "octo" }), /^malformed: .*quota_snapshots/],
    ["a bad token", 401, answered({ message: "Bad credentials" }), /^auth: /],
    ["no Copilot, or a token that an organization does not let in", 403, answered({ message: "SAML" }), /^auth: /],
    [
      "GitHub's own rate limit",
      403,
      answered({ message: "API rate limit exceeded for user ID 1." }),
      /^rate_limited: /,
    ],
    ["no seat", 404, answered({ message: "Not Found" }), /^client: /],
  ])("tells %s", async (_name, status, answers, expected) => {
    expect(await failureOf("copilot", { [PATH]: { status, body: answers[PATH]?.body } })).toMatch(expected);
  });
});
