import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import accounts from "./fixtures/accounts.200.json" with { type: "json" };
import quotas from "./fixtures/quotas.200.json" with { type: "json" };

const ID = "fireworks";
const ACCOUNTS = "GET /v1/accounts";
const QUOTAS = "GET /v1/accounts/invented-team/quotas?pageSize=200";
const [spend, rpm] = quotas.quotas;
const given = (body: unknown) => ({ [ACCOUNTS]: { body: accounts }, [QUOTAS]: { body } });
const withSpend = (fields: object) => given({ quotas: [{ ...spend, ...fields }] });
const withAccount = (fields: object) => ({
  [ACCOUNTS]: { body: { accounts: [{ ...accounts.accounts[0], ...fields }] } },
});
const budget = {
  quota: "monthly_spend_usd",
  kind: "calendar",
  unit: "usd",
  resetAt: new Date("2026-12-01T00:00:00Z"),
  ...common,
} as const;

describe("fireworks", () => {
  it("finds the account of the key, and reads what it spent of this month's budget", async () => {
    expect(await readPreset(ID, given(quotas))).toEqual({
      metered: true,
      readings: [{ ...budget, limit: 500, used: 127.38 }],
    });
  });

  it("takes the limit that is enforced, not how high it may be set", async () => {
    expect(await quotasOf(ID, withSpend({ value: "200", maxValue: "50000" }))).toMatchObject({
      monthly_spend_usd: { limit: 200 },
    });
  });

  it("reads no other quota, as their use is static or seen stuck", async () => {
    expect(await readPreset(ID, given({ quotas: [rpm] }))).toEqual({ metered: true, readings: [] });
  });

  it.each([[{ quotas: [] }], [{ quotas: null }]])("reads %j as an account without quotas", async (body) => {
    expect(await readPreset(ID, given(body))).toEqual({ metered: true, readings: [] });
  });

  it("does not take an answer without the list for an empty one", async () => {
    expect(await failureOf(ID, given({ error: "invented" }))).toMatch(/^malformed: .* \$\.quotas: /);
  });

  it("takes no quota for the budget that only sounds like it", async () => {
    const names = [
      "accounts/invented-team/quotas/max-monthly-spend-usd",
      "accounts/a/quotas/monthly-spend-usd-per-user",
    ];

    expect((await readPreset(ID, given({ quotas: names.map((name) => ({ ...spend, name })) }))).readings).toEqual([]);
  });

  it("sends its key as a bearer in both calls", async () => {
    nock("https://api.fireworks.ai", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v1/accounts")
      .reply(200, accounts)
      .get(QUOTAS.slice(4))
      .reply(200, quotas);

    expect(await readPreset(ID, {})).toMatchObject({ metered: true });
  });

  it("goes through all pages of quotas", async () => {
    const pages = {
      [ACCOUNTS]: { body: accounts },
      [QUOTAS]: { body: { quotas: [rpm], nextPageToken: "second page" } },
      [`${QUOTAS}&pageToken=second+page`]: { body: { quotas: [spend] } },
    };

    expect(await quotasOf(ID, pages)).toMatchObject({ monthly_spend_usd: { limit: 500, used: 127.38 } });
  });

  it("asks for no account where the config names it", async () => {
    const settings = { account_id: "other-team" };
    const path = "GET /v1/accounts/other-team/quotas?pageSize=200";

    expect(await quotasOf(ID, { [path]: { body: quotas } }, { settings })).toMatchObject({
      monthly_spend_usd: { used: 127.38 },
    });
  });

  it("takes the name of an account also without the word before it", async () => {
    expect(await quotasOf(ID, { ...given(quotas), ...withAccount({ name: "invented-team" }) })).toHaveProperty(
      "monthly_spend_usd",
    );
  });

  it.each([
    ["several accounts", { accounts: [...accounts.accounts, { name: "accounts/other-team" }] }],
    ["further pages of accounts", { ...accounts, nextPageToken: "x" }],
  ])("does not choose one of %s", async (_name, body) => {
    expect(await failureOf(ID, { [ACCOUNTS]: { body } })).toBe(
      "client: GET api.fireworks.ai/v1/accounts answered 200, and that it failed: " +
        "the key sees several accounts: say which by account_id",
    );
  });

  it.each(["DELINQUENT", "OVER_QUOTA", "SUSPENDED", "SOMETHING_NEW"])(
    "says of %s that the account is suspended",
    async (suspendState) => {
      expect(await failureOf(ID, withAccount({ suspendState }))).toMatch(
        /^not_entitled: .*the account is suspended: its billing page says why$/,
      );
    },
  );

  it.each([undefined, null])("does not take an account for suspended where that is %s", async (suspendState) => {
    expect(await quotasOf(ID, { ...given(quotas), ...withAccount({ suspendState }) })).toHaveProperty(
      "monthly_spend_usd",
    );
  });

  it.each([
    ["whole numbers in texts, as 64 bits need", { value: "500", usage: 127.38 }, { limit: 500, used: 127.38 }],
    ["plain numbers", { value: 500, usage: 127.38 }, { limit: 500, used: 127.38 }],
    ["nothing spent", { usage: 0 }, { limit: 500, used: 0 }],
    ["more spent than allowed", { usage: 512.5 }, { limit: 500, remaining: -12.5 }],
    ["a budget of nothing", { value: "0", usage: 0 }, { limit: 0, used: 0 }],
  ])("reads %s", async (_name, fields, amounts) => {
    expect(await quotasOf(ID, withSpend(fields))).toMatchObject({ monthly_spend_usd: amounts });
  });

  it("shows what was spent where no limit is told", async () => {
    expect(await quotasOf(ID, withSpend({ value: undefined }))).toEqual({
      monthly_spend_usd: { ...budget, used: 127.38 },
    });
  });

  it.each([undefined, null])("shows no number where what was spent is %s", async (usage) => {
    expect(await quotasOf(ID, withSpend({ usage }))).toEqual({
      monthly_spend_usd: { ...budget, confidence: "degraded" },
    });
  });

  it.each([
    [402, "not_entitled"],
    [403, "auth"],
    [404, "client"],
    [429, "rate_limited"],
  ])("judges a %i by its status", async (status, reason) => {
    const body = { code: 5, message: "invented", details: [] };

    expect(await failureOf(ID, { [ACCOUNTS]: { body: accounts }, [QUOTAS]: { status, body } })).toMatch(
      new RegExp(`^${reason}: `),
    );
  });
});
