import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import validation from "./fixtures/validation.200.json" with { type: "json" };

const VALIDATION = "GET /auth/management-keys/validation";
const BALANCE = `GET /v1/billing/teams/${validation.teamId}/prepaid/balance`;
const given = (body: unknown) => ({ [VALIDATION]: { body: validation }, [BALANCE]: { body } });
const withTotal = (total: unknown) => given({ ...balance, total });

describe("xai", () => {
  it("finds the team of the key, and reads its balance in dollars", async () => {
    expect(await readPreset("xai", given(balance))).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 37.25, ...common }],
    });
  });

  it.each([
    ["credit has a minus before it", "-1", 0.01],
    ["a debt has none", "250", -2.5],
    ["nothing is 0, and not below", "0", 0],
    ["cents may be a number", -3725, 37.25],
    ["large amounts keep their cents", "-123456789012", 1234567890.12],
  ])("turns the sign of cents: %s", async (_name, val, remaining) => {
    const { balance: found } = await quotasOf("xai", withTotal({ val }));

    expect(found?.remaining).toBe(remaining);
  });

  it("believes the total, and adds no changes", async () => {
    expect(await quotasOf("xai", given({ changes: [], total: balance.total }))).toMatchObject({
      balance: { remaining: 37.25 },
    });
  });

  it("sends its key as a bearer in both calls", async () => {
    nock("https://management-api.x.ai", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get(VALIDATION.slice(4))
      .reply(200, validation)
      .get(BALANCE.slice(4))
      .reply(200, balance);

    expect(await readPreset("xai", {})).toMatchObject({ metered: true });
  });

  it("asks for no team where the config names it", async () => {
    const answers = { "GET /v1/billing/teams/team-2/prepaid/balance": { body: balance } };

    expect(await quotasOf("xai", answers, { settings: { team_id: "team-2" } })).toMatchObject({
      balance: { remaining: 37.25 },
    });
  });

  it.each([
    ["only as the team", { scopeId: undefined }],
    ["only as its scope", { teamId: undefined }],
    ["as its scope, where the team is empty", { teamId: "" }],
  ])("finds the team that a key names %s", async (_name, fields) => {
    const answers = { ...given(balance), [VALIDATION]: { body: { ...validation, ...fields } } };

    expect(await quotasOf("xai", answers)).toMatchObject({ balance: { remaining: 37.25 } });
  });

  it.each([{}, { teamId: null, scopeId: null }, { teamId: "../../v1" }])(
    "is malformed where a key names no team, but %j",
    async (body) => {
      expect(await failureOf("xai", { [VALIDATION]: { body } })).toMatch(/^malformed: /);
    },
  );

  it("shows no number where the total is null", async () => {
    expect(await quotasOf("xai", withTotal({ val: null }))).toEqual({
      balance: { quota: "balance", kind: "credits", unit: "usd", ...common, confidence: "degraded" },
    });
  });

  it.each([
    ["without its cents", {}],
    ["of words", { val: "much" }],
    ["that is true", { val: true }],
  ])("is malformed with a total %s", async (_name, total) => {
    expect(await failureOf("xai", withTotal(total))).toMatch(/^malformed: .*\$\.total\.val/);
  });

  it.each([401, 403])("says that the key of a model is no use where it is refused with a %i", async (status) => {
    expect(await failureOf("xai", { [VALIDATION]: { status, body: { code: 16, message: "invented" } } })).toMatch(
      /^auth: .*it needs a management key that may read the billing$/,
    );
  });

  it("says what to check where the team is unknown, or has no prepaid balance", async () => {
    const answers = { [VALIDATION]: { body: validation }, [BALANCE]: { status: 404, body: { code: 5, message: "" } } };

    expect(await failureOf("xai", answers)).toMatch(/^client: .*no such prepaid balance: check team_id$/);
  });

  it("does not blame the team where the server knows no management keys", async () => {
    expect(await failureOf("xai", { [VALIDATION]: { status: 404, body: {} } })).toMatch(/^client: .*: check base_url$/);
  });

  it("says that it was too often", async () => {
    expect(await failureOf("xai", { [VALIDATION]: { status: 429, body: {} } })).toMatch(/^rate_limited: /);
  });
});
