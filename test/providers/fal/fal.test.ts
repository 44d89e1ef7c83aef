import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import billing from "./fixtures/billing.200.json" with { type: "json" };
import plain from "./fixtures/billing.plain.json" with { type: "json" };

const CALL = "GET /account/billing?expand=credits";
const withCredits = (credits: object) => ({ [CALL]: { body: { ...billing, credits } } });

describe("fal", () => {
  it("reads the balance in dollars", async () => {
    expect(await readPreset("fal", { [CALL]: { body: billing } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 61.07, ...common }],
    });
  });

  it("asks for the credits by name, as they are not in the answer otherwise, and sends its key after the word Key", async () => {
    nock("https://api.fal.ai", { reqheaders: { authorization: `Key ${KEY}` } })
      .get("/v1/account/billing")
      .query({ expand: "credits" })
      .reply(200, billing);

    expect(await readPreset("fal", {})).toMatchObject({ readings: [{ remaining: 61.07 }] });
  });

  it("takes an answer without credits for malformed, not for an empty balance", async () => {
    expect(await failureOf("fal", { [CALL]: { body: plain } })).toMatch(
      /^malformed: .* \$\.credits\.current_balance: /,
    );
  });

  it.each([
    [
      "a balance in a text is a number",
      { current_balance: "61.07", currency: "USD" },
      { unit: "usd", remaining: 61.07 },
    ],
    ["an overdraft stays below zero", { current_balance: -0.5, currency: "USD" }, { unit: "usd", remaining: -0.5 }],
    ["a currency in small letters is the same", { current_balance: 3, currency: "usd" }, { unit: "usd", remaining: 3 }],
    ["a currency that is not told is dollars", { current_balance: 3 }, { unit: "usd", remaining: 3 }],
    ["a currency that is null is dollars", { current_balance: 3, currency: null }, { unit: "usd", remaining: 3 }],
  ])("%s", async (_name, credits, expected) => {
    expect(await quotasOf("fal", withCredits(credits))).toMatchObject({ balance: expected });
  });

  it("does not call another currency dollars", async () => {
    expect(await failureOf("fal", withCredits({ current_balance: 61.07, currency: "EUR" }))).toMatch(
      /^malformed: .* \$\.credits\.currency: /,
    );
  });

  it("shows no number where the balance is null", async () => {
    const { balance } = await quotasOf("fal", withCredits({ current_balance: null, currency: "USD" }));

    expect(balance).toEqual({ quota: "balance", kind: "credits", unit: "usd", ...common, confidence: "degraded" });
  });

  it("says that a key without the scope ADMIN is of no use here", async () => {
    const body = { error: { type: "authorization_error", message: "Admin API key required" } };

    expect(await failureOf("fal", { [CALL]: { status: 403, body } })).toBe(
      "auth: GET api.fal.ai/v1/account/billing answered 403: the key is refused; this needs one of scope ADMIN",
    );
  });
});
