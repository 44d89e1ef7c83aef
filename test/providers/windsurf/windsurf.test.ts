import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };

const CALL = "POST /GetTeamCreditBalance";
const answer = (over: object) => ({ [CALL]: { body: { ...balance, ...over } } });
const credits = { quota: "add_on_credits", kind: "credits", unit: "credits", ...common };

describe("windsurf", () => {
  it("reads what is left of the add-on credits, without a reset, as the next cycle begins with what is left", async () => {
    expect(await readPreset("windsurf", { [CALL]: { body: balance } })).toEqual({
      metered: true,
      readings: [{ ...credits, limit: 4000, remaining: 2750 }],
    });
  });

  it("sends its key in the body, and in no header", async () => {
    nock("https://server.codeium.com", { badheaders: ["authorization"] })
      .post("/api/v1/GetTeamCreditBalance", { service_key: KEY })
      .reply(200, balance);

    expect(await readPreset("windsurf", {})).toMatchObject({ metered: true });
  });

  it("has no quota for the prompt credits of the seats, whose use is not told", async () => {
    const { promptCreditsPerSeat, numSeats, billingCycleStart, billingCycleEnd } = balance;
    const body = { promptCreditsPerSeat, numSeats, billingCycleStart, billingCycleEnd };

    expect(await readPreset("windsurf", { [CALL]: { body } })).toEqual({ metered: true, readings: [] });
  });

  it.each([
    ["more than all of it was used", { addOnCreditsUsed: 4010 }, -10],
    ["nothing was used", { addOnCreditsUsed: 0 }, 4000],
    ["there are none", { addOnCreditsAvailable: 0, addOnCreditsUsed: 0 }, 0],
    ["the numbers are texts", { addOnCreditsAvailable: "4000", addOnCreditsUsed: "1250" }, 2750],
  ])("tells what is left where %s", async (_what, over, remaining) => {
    expect(await quotasOf("windsurf", answer(over))).toMatchObject({ add_on_credits: { remaining } });
  });

  it.each([null, undefined])("shows no number where what was used is %s", async (addOnCreditsUsed) => {
    expect(await quotasOf("windsurf", answer({ addOnCreditsUsed }))).toEqual({
      add_on_credits: { ...credits, confidence: "degraded" },
    });
  });

  it("does not tell a refused key to anybody", async () => {
    const body = { code: "permission_denied", message: `bad service key ${KEY}` };
    const failure = await failureOf("windsurf", { [CALL]: { status: 403, body } });

    expect(failure).toBe(
      "auth: POST server.codeium.com/api/v1/GetTeamCreditBalance answered 403: the credential is refused",
    );
  });
});
