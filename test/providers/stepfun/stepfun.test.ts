import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import accounts from "./fixtures/accounts.200.json" with { type: "json" };

const PATH = "GET /accounts";
const withFields = (fields: object) => ({ [PATH]: { body: { ...accounts, ...fields } } });

describe("stepfun", () => {
  it("reads what is left now, not the totals that were ever paid in or granted", async () => {
    expect(await readPreset("stepfun", { [PATH]: { body: accounts } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "cny", remaining: 37.42, ...common }],
    });
  });

  it("sends its key as a bearer", async () => {
    nock("https://api.stepfun.com", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v1/accounts")
      .reply(200, accounts);

    expect(await readPreset("stepfun", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["an empty balance is 0", { balance: 0 }, 0],
    ["a debt is below 0", { balance: -0.8 }, -0.8],
    ["a balance in a text is a number", { balance: "37.42" }, 37.42],
  ])("%s", async (_name, fields, remaining) => {
    expect(await quotasOf("stepfun", withFields(fields))).toMatchObject({ balance: { remaining } });
  });

  it.each([
    ["postpaid", "soft"],
    ["prepaid", "hard"],
    [undefined, "hard"],
    [null, "hard"],
    ["something new", "hard"],
  ])("an account of type %s is %s at zero", async (type, enforcement) => {
    expect(await quotasOf("stepfun", withFields({ type, balance: 0 }))).toMatchObject({
      balance: { remaining: 0, enforcement },
    });
  });

  it("shows no number where the balance is null, though the totals are told", async () => {
    const { balance } = await quotasOf("stepfun", withFields({ balance: null }));

    expect(balance).toEqual({ quota: "balance", kind: "credits", unit: "cny", ...common, confidence: "degraded" });
  });

  it("is malformed without the balance, though the totals are told", async () => {
    expect(await failureOf("stepfun", withFields({ balance: undefined }))).toMatch(/^malformed: .*\$\.balance/);
  });

  it("calls nothing yuan on the international host, whose currency is unknown", async () => {
    const onInternational = { baseUrl: "https://api.stepfun.ai/v1" };

    expect(await failureOf("stepfun", { [PATH]: { body: accounts } }, onInternational)).toBe(
      "client: GET api.stepfun.ai/v1/accounts answered 200, and that it failed: " +
        "the currency of this host is not known; api.stepfun.com has yuan",
    );
  });

  it("judges a refusal by its status", async () => {
    const body = { error: { message: "Incorrect API key provided", type: "invalid_api_key" } };

    expect(await failureOf("stepfun", { [PATH]: { status: 401, body } })).toMatch(/^auth: /);
  });
});
