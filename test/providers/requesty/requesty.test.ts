import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import org from "./fixtures/org.200.json" with { type: "json" };

const PATH = "GET /manage/org";
const withFields = (fields: object) => ({ [PATH]: { body: { ...org, ...fields } } });

describe("requesty", () => {
  it("reads the balance of the organization, in dollars, and not its name", async () => {
    expect(await readPreset("requesty", { [PATH]: { body: org } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 212.5031, ...common }],
    });
  });

  it("sends its key as a bearer", async () => {
    nock("https://api-v2.requesty.ai", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v1/manage/org")
      .reply(200, org);

    expect(await readPreset("requesty", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["an empty balance is 0", { balance: 0 }, 0],
    ["an overdrawn one is below 0", { balance: -3.25 }, -3.25],
    ["a balance in a text is a number", { balance: "212.5031" }, 212.5031],
  ])("%s", async (_name, fields, remaining) => {
    expect(await quotasOf("requesty", withFields(fields))).toMatchObject({ balance: { remaining } });
  });

  it("shows no number where the balance is null", async () => {
    const { balance } = await quotasOf("requesty", withFields({ balance: null }));

    expect(balance).toEqual({ quota: "balance", kind: "credits", unit: "usd", ...common, confidence: "degraded" });
  });

  it("is malformed without a balance", async () => {
    expect(await failureOf("requesty", withFields({ balance: undefined }))).toMatch(/^malformed: .*\$\.balance/);
  });

  it.each([401, 403])("takes a key that is refused with a %i for one", async (status) => {
    expect(await failureOf("requesty", { [PATH]: { status, body: { error: "no" } } })).toMatch(/^auth: /);
  });
});
