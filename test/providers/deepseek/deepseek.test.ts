import nock from "nock";
import { describe, expect, it } from "vitest";
import { deepseek } from "../../../src/providers/deepseek/deepseek.ts";
import { NOW, readAccount } from "../read-account.ts";
import balance from "./fixtures/user-balance.200.json" with { type: "json" };
import refused from "./fixtures/user-balance.200.refused.json" with { type: "json" };

function readWith(body: object | string, headers: Record<string, string> = {}) {
  nock("https://api.deepseek.com")
    .get("/user/balance")
    .matchHeader("authorization", "Bearer sk-invented")
    .reply(200, body, headers);
  return readAccount(deepseek, "sk-invented");
}

const of = (currency: string, total_balance: unknown) => ({ currency, total_balance });

describe("deepseek", () => {
  it("reads one balance for each currency", async () => {
    const common = { kind: "credits", readAt: NOW, enforcement: "hard", source: "api", confidence: "reported" };

    expect(await readWith(balance)).toEqual({
      metered: true,
      readings: [
        { quota: "balance_cny", unit: "cny", remaining: 86.4, ...common },
        { quota: "balance_usd", unit: "usd", remaining: 5.17, ...common },
      ],
    });
  });

  it("finds each currency in any order", async () => {
    const { readings } = await readWith({ ...balance, balance_infos: balance.balance_infos.toReversed() });

    expect(readings.map(({ quota, remaining }) => [quota, remaining])).toEqual([
      ["balance_usd", 5.17],
      ["balance_cny", 86.4],
    ]);
  });

  it("tells no limit, no use and no expiry: the total is what is left, not what was bought", async () => {
    const { readings } = await readWith(balance);

    for (const untold of ["limit", "used", "resetAt", "expiresAt"]) {
      for (const reading of readings) expect(reading).not.toHaveProperty(untold);
    }
  });

  it("takes no bucket from headers, which it does not document", async () => {
    const headers = { "x-ratelimit-limit-requests": "10", "x-ratelimit-remaining-requests": "0" };

    const { readings } = await readWith(balance, headers);

    expect(readings.map(({ quota }) => quota)).toEqual(["balance_cny", "balance_usd"]);
  });

  it("reads an answer after the blank lines that keep a waiting request open", async () => {
    const { readings } = await readWith(`\n\n\n${JSON.stringify(balance)}`);

    expect(readings).toHaveLength(2);
  });

  it.each<[status: number, reason: string]>([
    [400, "client"],
    [401, "auth"],
    [402, "not_entitled"],
    [422, "client"],
    [429, "rate_limited"],
    [500, "server"],
    [503, "server"],
  ])("judges a %i by its status alone, as %s", async (status, reason) => {
    const body = { error: { message: "Insufficient Balance", type: "authentication_error", param: null, code: "x" } };
    nock("https://api.deepseek.com").get("/user/balance").reply(status, body);

    await expect(readAccount(deepseek, "sk-invented")).rejects.toMatchObject({ reason });
  });

  it("says that calls are refused, and shows an overdrawn balance as it is", async () => {
    const { readings } = await readWith(refused);

    expect(readings).toMatchObject([{ quota: "balance_usd", remaining: -0.03, refused: true, confidence: "reported" }]);
  });

  it.each<[name: string, infos: object[], refusals: (true | undefined)[]]>([
    ["the balance at zero", [of("USD", "0.00"), of("CNY", "3.00")], [true, undefined]],
    ["every balance when none is at zero", [of("USD", "0.01"), of("CNY", "3.00")], [true, true]],
  ])("puts a refusal on %s", async (_name, balance_infos, refusals) => {
    const { readings } = await readWith({ is_available: false, balance_infos });

    expect(readings.map(({ refused: isRefused }) => isRefused)).toEqual(refusals);
  });

  it("leaves out a currency that it has no unit for", async () => {
    const { readings } = await readWith({ is_available: true, balance_infos: [of("EUR", null), of("USD", "1.50")] });

    expect(readings).toMatchObject([{ quota: "balance_usd", remaining: 1.5 }]);
  });

  it.each<[how: string, body: object]>([
    ["an empty list", { is_available: true, balance_infos: [] }],
    ["null for the list", { is_available: true, balance_infos: null }],
    ["no list", { is_available: true }],
    ["null for everything", { is_available: null, balance_infos: null }],
  ])("gives no reading, rather than zero, for %s", async (_how, body) => {
    expect((await readWith(body)).readings).toEqual([]);
  });

  it.each<[how: string, total: object]>([
    ["missing", {}],
    ["null", { total_balance: null }],
  ])("adds what was granted and topped up when the total is %s", async (_how, total) => {
    const parts = { currency: "USD", granted_balance: "1.25", topped_up_balance: "2.50" };

    const { readings } = await readWith({ is_available: true, balance_infos: [{ ...parts, ...total }] });

    expect(readings).toMatchObject([{ quota: "balance_usd", remaining: 3.75, confidence: "reported" }]);
  });

  it("believes the total when it is told, whatever its parts are", async () => {
    const info = { ...of("USD", "5.00"), granted_balance: "1.25", topped_up_balance: 2 };

    const { readings } = await readWith({ is_available: true, balance_infos: [info] });

    expect(readings).toMatchObject([{ remaining: 5 }]);
  });

  it.each<[how: string, parts: object]>([
    ["nothing", {}],
    ["only what was granted", { granted_balance: "1.25" }],
    ["only what was topped up", { granted_balance: null, topped_up_balance: "2.50" }],
  ])("shows a balance of which it tells %s as degraded, without a number", async (_how, parts) => {
    const { readings } = await readWith({
      is_available: true,
      balance_infos: [{ currency: "USD", ...parts }, of("CNY", "3.00")],
    });

    const common = { kind: "credits", readAt: NOW, enforcement: "hard", source: "api" };
    expect(readings).toEqual([
      { quota: "balance_usd", unit: "usd", ...common, confidence: "degraded" },
      { quota: "balance_cny", unit: "cny", ...common, confidence: "reported", remaining: 3 },
    ]);
  });

  it("puts a refusal on the balances that have a number", async () => {
    const { readings } = await readWith({
      is_available: false,
      balance_infos: [{ currency: "USD" }, of("CNY", "3.00")],
    });

    expect(readings.map(({ refused: isRefused }) => isRefused)).toEqual([undefined, true]);
  });

  it.each<[without: string, infos: object]>([
    ["any balance", { balance_infos: [] }],
    ["a list", { balance_infos: null }],
    ["a number in any balance", { balance_infos: [{ currency: "USD" }] }],
  ])("fails when calls are refused and the answer is without %s to show it on", async (_without, infos) => {
    await expect(readWith({ is_available: false, ...infos })).rejects.toMatchObject({ reason: "not_entitled" });
  });

  it.each<[name: string, infos: object[], where: string]>([
    ["a number that is none", [of("USD", "1.000,50")], "$.balance_infos[0].total_balance"],
    ["a JSON number", [of("EUR", "1"), of("USD", 1.5)], "$.balance_infos[1].total_balance"],
    [
      "a part that is no text where the total is missing",
      [{ currency: "USD", granted_balance: "1", topped_up_balance: 2 }],
      "$.balance_infos[0].topped_up_balance",
    ],
    ["one currency twice", [of("USD", "1"), of("USD", "2")], "$.balance_infos: expected one balance for each currency"],
  ])("is malformed with %s", async (_name, balance_infos, where) => {
    await expect(readWith({ is_available: true, balance_infos })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(where),
    });
  });

  it.each([{}, { error: "no such page" }])("is malformed when it answers %j, which tells nothing", async (body) => {
    await expect(readWith(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.balance_infos"),
    });
  });
});
