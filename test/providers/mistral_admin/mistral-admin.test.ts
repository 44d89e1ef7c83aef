import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import limit from "./fixtures/limit.200.json" with { type: "json" };
import flat from "./fixtures/limit.flat.json" with { type: "json" };

const CALL = "GET /spend-limit";
const reached = (monthly_limit_reached: unknown) => ({
  [CALL]: { body: { limits: { ...limit.limits, completion: { monthly_limit_reached } } } },
});
const spend = { quota: "monthly_spend", kind: "calendar", resetAt: new Date("2026-12-01T00:00:00Z"), ...common };

describe("mistral_admin", () => {
  it("says that something is left of the month's limit, without an amount, as none is told", async () => {
    expect(await readPreset("mistral_admin", { [CALL]: { body: limit } })).toEqual({
      metered: true,
      readings: [{ ...spend, unit: "credits", served: true }],
    });
  });

  it("says that calls are refused when the limit of the month is reached", async () => {
    expect(await quotasOf("mistral_admin", reached(true))).toEqual({
      monthly_spend: { ...spend, unit: "credits", refused: true },
    });
  });

  it.each([
    [false, { served: true }],
    [true, { refused: true }],
  ])("reads the same where the fields stand at the top: %s", async (monthly_limit_reached, told) => {
    expect(await quotasOf("mistral_admin", { [CALL]: { body: { ...flat, monthly_limit_reached } } })).toEqual({
      monthly_spend: { ...spend, unit: "usd", ...told },
    });
  });

  it("does not call euros dollars", async () => {
    const found = await quotasOf("mistral_admin", { [CALL]: { body: { ...flat, currency: "EUR" } } });

    expect(found).toMatchObject({ monthly_spend: { unit: "credits" } });
  });

  it("does not take a failed payment for a limit that is reached", async () => {
    const body = { ...flat, last_payment_failure: true };

    expect(await quotasOf("mistral_admin", { [CALL]: { body } })).toMatchObject({ monthly_spend: { served: true } });
  });

  it("knows nothing where the flag is null", async () => {
    expect(await quotasOf("mistral_admin", reached(null))).toEqual({
      monthly_spend: { ...spend, unit: "credits", confidence: "degraded" },
    });
  });

  it("does not take an answer without the flag for a limit that is not reached", async () => {
    expect(await failureOf("mistral_admin", { [CALL]: { body: { currency: "EUR" } } })).toMatch(
      /^malformed: .* \$\.monthly_limit_reached: /,
    );
    expect(await failureOf("mistral_admin", reached(undefined))).toMatch(
      /^malformed: .* \$\.limits\.completion\.monthly_limit_reached: /,
    );
  });

  it("sends its key in x-api-key", async () => {
    nock("https://console.mistral.ai", { reqheaders: { "x-api-key": KEY }, badheaders: ["authorization"] })
      .get("/api/admin/spend-limit")
      .reply(200, limit);

    expect(await readPreset("mistral_admin", {})).toMatchObject({ metered: true });
  });

  it("finds the other path below the other address", async () => {
    const answers = { [CALL]: { status: 404, body: {} }, "GET /admin/spend-limit": { body: flat } };

    expect(await quotasOf("mistral_admin", answers, { baseUrl: "https://api.mistral.ai/v1" })).toHaveProperty(
      "monthly_spend",
    );
  });

  it("takes a key that calls models for a refused one", async () => {
    expect(await failureOf("mistral_admin", { [CALL]: { status: 401, body: { detail: "Unauthorized" } } })).toMatch(
      /^auth: /,
    );
  });
});
