import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };

const PATH = "GET /users/me/balance";
const CHINA = "https://api.moonshot.cn/v1";
const withData = (data: object) => ({ [PATH]: { body: { ...balance, data: { ...balance.data, ...data } } } });

describe("moonshot", () => {
  it("reads what can be spent, in dollars on the international host", async () => {
    expect(await readPreset("moonshot", { [PATH]: { body: balance } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 18.40217, ...common }],
    });
  });

  it("reads yuan on the Chinese host, as no field tells the currency", async () => {
    expect(await quotasOf("moonshot", { [PATH]: { body: balance } }, { baseUrl: CHINA })).toMatchObject({
      balance: { unit: "cny", remaining: 18.40217 },
    });
  });

  it("sends its key as a bearer", async () => {
    nock("https://api.moonshot.ai", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v1/users/me/balance")
      .reply(200, balance);

    expect(await readPreset("moonshot", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["an empty balance is 0", { available_balance: 0 }, 0],
    ["a debt in cash leaves the voucher", { available_balance: 5, cash_balance: -3.2 }, 5],
    ["a balance in a text is a number", { available_balance: "18.4" }, 18.4],
  ])("%s", async (_name, data, remaining) => {
    expect(await quotasOf("moonshot", withData(data))).toMatchObject({ balance: { remaining } });
  });

  it("shows no number where the balance is null", async () => {
    const { balance: found } = await quotasOf("moonshot", withData({ available_balance: null }));

    expect(found).toEqual({ quota: "balance", kind: "credits", unit: "usd", ...common, confidence: "degraded" });
  });

  it("takes a code in a text for the number that it is", async () => {
    expect(await quotasOf("moonshot", { [PATH]: { body: { ...balance, code: "0" } } })).toMatchObject({
      balance: { remaining: 18.40217 },
    });
  });

  it("says that the provider has failed where the envelope does, though the status is 200", async () => {
    expect(await failureOf("moonshot", { [PATH]: { body: { ...balance, code: 1001, status: false } } })).toBe(
      "server: GET api.moonshot.ai/v1/users/me/balance answered 200, and that it failed",
    );
  });

  it("takes a refused key for one", async () => {
    const body = { error: { message: "Invalid Authentication", type: "invalid_authentication_error" } };

    expect(await failureOf("moonshot", { [PATH]: { status: 401, body } })).toMatch(/^auth: /);
  });
});
