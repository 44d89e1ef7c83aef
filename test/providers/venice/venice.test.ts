import { describe, expect, it } from "vitest";
import { common, failureOf, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import dollars from "./fixtures/balance.usd.json" with { type: "json" };

const CALL = "GET /billing/balance";
const answer = (over: object) => ({ [CALL]: { body: { ...balance, ...over } } });
const diem = { quota: "daily_diem", kind: "calendar", unit: "credits", periodSeconds: 86_400 };
const midnight = new Date("2026-11-22T00:00:00Z");

describe("venice", () => {
  it("reads the day's DIEM and the dollars, both soft while the other is there", async () => {
    expect(await readPreset("venice", { [CALL]: { body: balance } })).toEqual({
      metered: true,
      readings: [
        { ...diem, limit: 80, remaining: 62.5, resetAt: midnight, ...common, enforcement: "soft" },
        { quota: "balance", kind: "credits", unit: "usd", remaining: 14.2, ...common, enforcement: "soft" },
      ],
    });
  });

  it("reads dollars alone where there is no allocation of DIEM, also from a text", async () => {
    expect(await quotasOf("venice", { [CALL]: { body: dollars } })).toEqual({
      balance: { quota: "balance", kind: "credits", unit: "usd", remaining: 14.2, ...common },
    });
  });

  it.each([
    ["dollars that are gone make the DIEM hard", { diem: 62.5, usd: 0 }, "hard", "soft"],
    ["DIEM that is used up makes the dollars hard", { diem: 0, usd: 14.2 }, "soft", "hard"],
    ["an overdraft of DIEM too", { diem: -0.5, usd: 14.2 }, "soft", "hard"],
    ["both are hard where nothing is left", { diem: 0, usd: 0 }, "hard", "hard", false],
    ["so they are where nothing says whether calls are served", { diem: 0, usd: 0 }, "hard", "hard", null],
    ["both are soft where calls are served all the same", { diem: 0, usd: 0 }, "soft", "soft"],
  ])("%s", async (_name, balances, ofDiem, ofDollars, canConsume: boolean | null = true) => {
    expect(await quotasOf("venice", answer({ balances, canConsume }))).toMatchObject({
      daily_diem: { enforcement: ofDiem },
      balance: { enforcement: ofDollars },
    });
  });

  it("shows DIEM without an allocation without a limit", async () => {
    const { daily_diem } = await quotasOf("venice", answer({ diemEpochAllocation: null }));

    expect(daily_diem).toMatchObject({ remaining: 62.5 });
    expect(daily_diem).not.toHaveProperty("limit");
  });

  it("has no dollars where the answer has none beside the DIEM", async () => {
    expect(Object.keys(await quotasOf("venice", answer({ balances: { diem: 62.5 } })))).toEqual(["daily_diem"]);
  });

  it("shows no number for dollars that are null", async () => {
    const { balance: found } = await quotasOf("venice", answer({ balances: { diem: 62.5, usd: null } }));

    expect(found).toMatchObject({ confidence: "degraded" });
  });

  it("says that the allocation is refused where nothing can be consumed, as that comes back by itself", async () => {
    const empty = answer({ canConsume: false, consumptionCurrency: null, balances: { diem: 0, usd: 0 } });
    const { daily_diem, balance: found } = await quotasOf("venice", empty);

    expect(daily_diem).toMatchObject({ remaining: 0, refused: true });
    expect(found).not.toHaveProperty("refused");
  });

  it("says that the dollars are refused where there is no allocation", async () => {
    const empty = { ...dollars, canConsume: false, balances: { diem: 0, usd: 0 } };

    expect(await quotasOf("venice", { [CALL]: { body: empty } })).toMatchObject({
      balance: { remaining: 0, refused: true },
    });
  });

  it("does not say so where calls are served from bundled credits", async () => {
    const bundled = { ...dollars, consumptionCurrency: "BUNDLED_CREDITS", balances: { diem: 0, usd: 0 } };
    const { balance: found } = await quotasOf("venice", { [CALL]: { body: bundled } });

    expect(found).toMatchObject({ remaining: 0, enforcement: "soft" });
    expect(found).not.toHaveProperty("refused");
  });

  it("says that a key for inference alone is of no use here", async () => {
    expect(await failureOf("venice", { [CALL]: { status: 401, body: { error: "Authentication failed" } } })).toBe(
      "auth: GET api.venice.ai/api/v1/billing/balance answered 401: the key is refused; this needs one of type ADMIN",
    );
  });

  it("does not take an answer without balances for empty ones", async () => {
    expect(await failureOf("venice", { [CALL]: { body: { canConsume: true } } })).toMatch(
      /^malformed: .* \$\.balances\.usd: /,
    );
  });
});
