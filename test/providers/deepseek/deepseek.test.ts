import nock from "nock";
import { describe, expect, it } from "vitest";
import { deepseek } from "../../../src/providers/deepseek/deepseek.ts";
import { NOW, readAccount } from "../read-account.ts";
import balance from "./fixtures/user-balance.200.json" with { type: "json" };
import refused from "./fixtures/user-balance.200.refused.json" with { type: "json" };

function readWith(body: object) {
  nock("https://api.deepseek.com")
    .get("/user/balance")
    .matchHeader("authorization", "Bearer sk-invented")
    .reply(200, body);
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

  it("gives no reading, rather than zero, for an empty list", async () => {
    expect((await readWith({ is_available: true, balance_infos: [] })).readings).toEqual([]);
  });

  it("fails when calls are refused and there is no balance to show it on", async () => {
    await expect(readWith({ is_available: false, balance_infos: [] })).rejects.toMatchObject({
      reason: "not_entitled",
    });
  });

  it.each<[name: string, infos: object[], where: string]>([
    ["a number that is none", [of("USD", "1.000,50")], "$.balance_infos[0].total_balance"],
    ["a JSON number", [of("EUR", "1"), of("USD", 1.5)], "$.balance_infos[1].total_balance"],
    ["a missing total", [{ currency: "USD" }], "$.balance_infos[0].total_balance"],
    ["one currency twice", [of("USD", "1"), of("USD", "2")], "$.balance_infos: expected one balance for each currency"],
  ])("is malformed with %s", async (_name, balance_infos, where) => {
    await expect(readWith({ is_available: true, balance_infos })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(where),
    });
  });
});
