import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };
import older from "./fixtures/usage.older.json" with { type: "json" };

const CALL = "POST /api/v1/usage";
const answer = (over: object) => ({ [CALL]: { body: { ...usage, ...over } } });
const credits = { quota: "credits", unit: "credits", ...common };
const resetAt = new Date("2026-12-03T00:00:00Z");

describe("codebuff", () => {
  it("reads the credits that remain, and when the free ones come again", async () => {
    expect(await readPreset("codebuff", { [CALL]: { body: usage } })).toEqual({
      metered: true,
      readings: [{ ...credits, kind: "calendar", remaining: 3750, resetAt }],
    });
  });

  it("sends its key as a bearer, with an empty object", async () => {
    nock("https://www.codebuff.com", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .post("/api/v1/usage", {})
      .reply(200, usage);

    expect(await readPreset("codebuff", {})).toMatchObject({ metered: true });
  });

  it("reads use and quota where nothing says what remains", async () => {
    expect(await quotasOf("codebuff", { [CALL]: { body: older } })).toEqual({
      credits: { ...credits, kind: "calendar", limit: 5000, used: 1250, resetAt },
    });
  });

  it("knows the names of other clients", async () => {
    expect(await quotasOf("codebuff", { [CALL]: { body: { used: 20, limit: 100, remaining: 80 } } })).toEqual({
      credits: { ...credits, kind: "credits", limit: 100, remaining: 80 },
    });
  });

  it.each([
    ["a quota that holds what remains is its limit", { quota: 5000 }, { limit: 5000, remaining: 3750 }],
    [
      "a quota below what remains is no limit of it, as bought credits are no part of it",
      { quota: 500 },
      { remaining: 3750 },
    ],
    ["a quota that is null is none", { quota: null }, { remaining: 3750 }],
    ["an empty account is 0", { remainingBalance: 0 }, { remaining: 0 }],
    ["a debt is below 0", { remainingBalance: -12 }, { remaining: -12 }],
    ["a number in a text is one", { remainingBalance: "3750" }, { remaining: 3750 }],
  ])("%s", async (_name, over, expected) => {
    expect(await quotasOf("codebuff", answer(over))).toEqual({
      credits: { ...credits, kind: "calendar", resetAt, ...expected },
    });
  });

  it.each([null, undefined, ""])(
    "takes credits for such that only buying fills up where the reset is %j",
    async (next) => {
      expect(await quotasOf("codebuff", answer({ next_quota_reset: next }))).toEqual({
        credits: { ...credits, kind: "credits", remaining: 3750 },
      });
    },
  );

  it("shows no number where what remains is null, though the use of the cycle is told", async () => {
    expect(await quotasOf("codebuff", answer({ remainingBalance: null, quota: 5000 }))).toEqual({
      credits: { ...credits, kind: "calendar", resetAt, confidence: "degraded" },
    });
  });

  it("does not take an answer of another shape for no credits", async () => {
    expect(await failureOf("codebuff", { [CALL]: { body: { type: "usage-response" } } })).toMatch(/^malformed: /);
  });
});
