import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import credits from "./fixtures/credits.200.json" with { type: "json" };

const ID = "vercel_ai_gateway";
const PATH = "GET /credits";
const withFields = (fields: object) => ({ [PATH]: { body: { ...credits, ...fields } } });

describe("vercel_ai_gateway", () => {
  it("reads the balance, a text, in dollars", async () => {
    expect(await readPreset(ID, { [PATH]: { body: credits } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 48.36, ...common }],
    });
  });

  it("tells no use and no limit, as what was used counts since the beginning", async () => {
    const { balance } = await quotasOf(ID, withFields({ total_used: "999999.99" }));

    expect(balance).not.toHaveProperty("used");
    expect(balance).not.toHaveProperty("limit");
  });

  it("sends its key as a bearer", async () => {
    nock("https://ai-gateway.vercel.sh", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v1/credits")
      .reply(200, credits);

    expect(await readPreset(ID, {})).toMatchObject({ metered: true });
  });

  it.each([
    ["an empty balance is 0", { balance: "0" }, 0],
    ["an overdrawn one is below 0", { balance: "-0.12" }, -0.12],
    ["a number counts like a text", { balance: 48.36 }, 48.36],
    ["what was used need not be told", { total_used: undefined }, 48.36],
  ])("%s", async (_name, fields, remaining) => {
    expect(await quotasOf(ID, withFields(fields))).toMatchObject({ balance: { remaining } });
  });

  it("shows no number where the balance is null", async () => {
    const { balance } = await quotasOf(ID, withFields({ balance: null }));

    expect(balance).toEqual({ quota: "balance", kind: "credits", unit: "usd", ...common, confidence: "degraded" });
  });

  it.each([
    ["an empty text", { balance: "" }],
    ["no balance", { balance: undefined }],
  ])("is malformed with %s", async (_name, fields) => {
    expect(await failureOf(ID, withFields(fields))).toMatch(/^malformed: .*\$\.balance/);
  });

  it("takes a refused key for one", async () => {
    const body = { error: { message: "Invalid API key", type: "authentication_error" } };

    expect(await failureOf(ID, { [PATH]: { status: 401, body } })).toMatch(/^auth: /);
  });
});
