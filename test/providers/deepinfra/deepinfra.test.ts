import { describe, expect, it } from "vitest";
import { common, failureOf, quotasOf, readPreset } from "../read-preset.ts";
import checklist from "./fixtures/checklist.200.json" with { type: "json" };
import older from "./fixtures/checklist.older.json" with { type: "json" };

const CALL = "GET /payment/checklist?compute_owed=true";
const answer = (over: object) => ({ [CALL]: { body: { ...checklist, ...over } } });
const balance = { quota: "balance", kind: "credits", unit: "usd", ...common };

describe("deepinfra", () => {
  it("reads what is left of the credit, and the spending limit", async () => {
    expect(await readPreset("deepinfra", { [CALL]: { body: checklist } })).toEqual({
      metered: true,
      readings: [
        { ...balance, remaining: 20 },
        { quota: "spend_limit", kind: "calendar", unit: "usd", limit: 50, used: 0.5, ...common },
      ],
    });
  });

  it("takes a balance below zero for prepaid credit, less what was used since", async () => {
    expect(await quotasOf("deepinfra", { [CALL]: { body: older } })).toEqual({
      balance: { ...balance, remaining: 10 },
    });
  });

  it.each([
    ["a balance above zero is owed", { stripe_balance: 3, recent: 12 }, -15],
    ["credit that is used up by what is not yet billed is gone", { stripe_balance: -4, recent: 4 }, 0],
    ["amounts in texts are numbers", { stripe_balance: "-20.5", recent: "0.5" }, 20],
  ])("%s", async (_name, over, remaining) => {
    expect(await quotasOf("deepinfra", answer(over))).toMatchObject({ balance: { remaining } });
  });

  it.each([
    ["a debt pages nobody, as an account that pays afterwards always has one", { stripe_balance: 3 }, "soft"],
    ["nor where nothing says whether it is suspended", { stripe_balance: 3, suspended: undefined }, "soft"],
    ["a debt for which it is suspended does", { stripe_balance: 3, suspended: true }, "hard"],
    ["credit is hard", { stripe_balance: -3 }, "hard"],
    ["credit that is just used up too", { stripe_balance: -4, recent: 4 }, "hard"],
  ])("%s", async (_name, over, enforcement) => {
    expect(await quotasOf("deepinfra", answer(over))).toMatchObject({ balance: { enforcement } });
  });

  it.each([null, 0, -1, undefined])("has no spending limit where that is %s", async (limit) => {
    expect(Object.keys(await quotasOf("deepinfra", answer({ limit })))).toEqual(["balance"]);
  });

  it("shows a spending limit that was passed by how much it was", async () => {
    expect(await quotasOf("deepinfra", answer({ recent: 55 }))).toMatchObject({
      spend_limit: { limit: 50, remaining: -5 },
    });
  });

  it("says that calls are refused where the account is suspended, whatever the balance is", async () => {
    const suspended = answer({ suspended: true, suspend_reason: "unpaid invoice" });

    expect(await quotasOf("deepinfra", suspended)).toMatchObject({ balance: { remaining: 20, refused: true } });
    expect((await quotasOf("deepinfra", answer({})))["balance"]).not.toHaveProperty("refused");
  });

  it("shows no number where what was used since is null", async () => {
    const { balance: found } = await quotasOf("deepinfra", answer({ recent: null, limit: null }));

    expect(found).toEqual({ ...balance, confidence: "degraded" });
  });

  it("does not take an answer without the balance for one of zero", async () => {
    expect(await failureOf("deepinfra", { [CALL]: { body: { recent: 1 } } })).toMatch(
      /^malformed: .* \$\.stripe_balance: /,
    );
  });
});
