import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import text from "./fixtures/balance.text.json" with { type: "json" };

const CALL = "GET /usage/current_balance";

describe("poe", () => {
  it.each([
    ["a number", balance],
    ["a text", text],
  ])("reads the points from %s", async (_form, body) => {
    expect(await readPreset("poe", { [CALL]: { body } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "credits", remaining: 295_932, ...common }],
    });
  });

  it("sends its key as a bearer", async () => {
    nock("https://api.poe.com", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/usage/current_balance")
      .reply(200, balance);

    expect(await readPreset("poe", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["no points are 0", 0, 0],
    ["separators of thousands are no part of the number", "1,295,932", 1_295_932],
    ["parts of a point are kept", "12.5", 12.5],
  ])("%s", async (_name, current_point_balance, remaining) => {
    expect(await quotasOf("poe", { [CALL]: { body: { current_point_balance } } })).toMatchObject({
      balance: { remaining },
    });
  });

  it("shows no number where the balance is null", async () => {
    expect(await quotasOf("poe", { [CALL]: { body: { current_point_balance: null } } })).toMatchObject({
      balance: { confidence: "degraded" },
    });
  });

  it("takes words for malformed, not for no points", async () => {
    expect(await failureOf("poe", { [CALL]: { body: { current_point_balance: "unlimited" } } })).toMatch(
      /^malformed: .* \$\.current_point_balance: /,
    );
  });
});
