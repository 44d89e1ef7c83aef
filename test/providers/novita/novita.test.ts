import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance-detail.200.json" with { type: "json" };

const PATH = "GET /openapi/v1/billing/balance/detail";
const withFields = (fields: object) => ({ [PATH]: { body: { ...balance, ...fields } } });

describe("novita", () => {
  it("reads what can be spent, of which 10000 are a dollar", async () => {
    expect(await readPreset("novita", { [PATH]: { body: balance } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 27.415, ...common }],
    });
  });

  it("sends its key as a bearer, and the type that the documentation asks for", async () => {
    const reqheaders = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    nock("https://api.novita.ai", { reqheaders }).get("/openapi/v1/billing/balance/detail").reply(200, balance);

    expect(await readPreset("novita", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["one part of 10000 is a hundredth of a cent", { availableBalance: "1" }, 0.0001],
    ["an empty balance is 0", { availableBalance: "0" }, 0],
    ["a debt is below 0", { availableBalance: "-12500" }, -1.25],
    ["a number counts like a text", { availableBalance: 274150 }, 27.415],
    [
      "what may be owed and what is owed are not added",
      { creditLimit: "900000", outstandingInvoices: "70000" },
      27.415,
    ],
    ["parts that are null do not matter", { cashBalance: null, creditLimit: null, pendingCharges: null }, 27.415],
  ])("%s", async (_name, fields, remaining) => {
    expect(await quotasOf("novita", withFields(fields))).toMatchObject({ balance: { remaining } });
  });

  it("shows no number where what can be spent is null, though its parts are told", async () => {
    const { balance: found } = await quotasOf("novita", withFields({ availableBalance: null }));

    expect(found).toEqual({ quota: "balance", kind: "credits", unit: "usd", ...common, confidence: "degraded" });
  });

  it.each([
    ["the older shape, whose unit nobody told us", { credit_balance: 274150 }],
    ["only the cash", { cashBalance: "224150" }],
    ["true, which is no number", { availableBalance: true }],
    ["an empty text", { availableBalance: "" }],
  ])("is malformed with %s", async (_name, body) => {
    expect(await failureOf("novita", { [PATH]: { body } })).toMatch(/^malformed: .*\$\.availableBalance/);
  });
});
