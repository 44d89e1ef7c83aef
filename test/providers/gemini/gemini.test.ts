import nock from "nock";
import { describe, expect, it } from "vitest";
import { gemini } from "../../../src/providers/gemini/gemini.ts";
import { refusalAt } from "../../../src/providers/gemini/schema.ts";
import { readAccount } from "../read-account.ts";
import firstPage from "./fixtures/models.200.first-page.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };
import invalidKey from "./fixtures/models.400.invalid-key.json" with { type: "json" };
import serviceDisabled from "./fixtures/models.403.service-disabled.json" with { type: "json" };
import bare from "./fixtures/models.429.bare.json" with { type: "json" };
import perDay from "./fixtures/models.429.per-day.json" with { type: "json" };
import perMinute from "./fixtures/models.429.per-minute.json" with { type: "json" };

const KEY = "AIzaInvented";

function readWith(status: number, body: object, headers: Record<string, string> = {}) {
  nock("https://generativelanguage.googleapis.com", { badheaders: ["authorization"] })
    .get("/v1beta/models?pageSize=1000")
    .matchHeader("x-goog-api-key", KEY)
    .reply(status, body, headers);
  return readAccount(gemini, KEY);
}

const withReason = (reason: string, code = 429) => ({ error: { code, message: "invented", details: [{ reason }] } });
const withMessage = (message: string) => ({ error: { code: 429, message, status: "RESOURCE_EXHAUSTED" } });
const withViolations = (...violations: object[]) => ({
  error: { code: 429, message: "invented", details: [{ retryDelay: "20s" }, { violations }] },
});

describe("gemini", () => {
  it("reads whether the key works and which models it has, and claims no quota", async () => {
    expect(await readWith(200, models)).toEqual({
      metered: true,
      readings: [],
      models: ["gemini-2.5-flash", "gemini-embedding-001"],
    });
  });

  it("does not take the first page of a longer list for the whole", async () => {
    expect(await readWith(200, firstPage)).toEqual({ metered: true, readings: [] });
  });

  it("takes an empty token for no further page", async () => {
    expect((await readWith(200, { ...models, nextPageToken: "" })).models).toHaveLength(2);
  });

  it.each<[what: string, status: number, body: object, reason: string]>([
    ["a wrong key, which is a 400", 400, invalidKey, "auth"],
    ["a wrong key in words alone", 400, withMessage("API key not valid. Please pass a valid API key."), "auth"],
    ["a key past its expiry in words alone", 400, withMessage("API key expired. Please renew the API key."), "auth"],
    ["a blocked key", 403, { error: { code: 403, message: "no", status: "PERMISSION_DENIED" } }, "auth"],
    ["a project without this API", 403, serviceDisabled, "not_entitled"],
    ["a project without billing", 403, withReason("BILLING_DISABLED", 403), "not_entitled"],
    ["credits that are used up", 429, withReason("INSUFFICIENT_G1_CREDITS_BALANCE"), "not_entitled"],
    ["a limit of 0, which the tier does not have", 429, withViolations({ quotaValue: "0" }), "not_entitled"],
    ["a limit of 0 in words", 429, withMessage("Quota exceeded for metric: m, limit: 0, model: x"), "not_entitled"],
    ["a limit of 100, which has a 0 too", 429, withMessage("Quota exceeded for metric: m, limit: 100"), "rate_limited"],
    ["a limit under 1", 429, withMessage("Quota exceeded for metric: m, limit: 0.5"), "rate_limited"],
    ["a quota of the day", 429, perDay, "rate_limited"],
    ["a quota of the minute", 429, perMinute, "rate_limited"],
    ["a quota of which nothing is told", 429, bare, "rate_limited"],
    ["a busy model, which is no quota", 429, withReason("MODEL_CAPACITY_EXHAUSTED"), "server"],
    ["an overloaded model", 503, { error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } }, "server"],
    ["a deadline", 504, { error: { code: 504, status: "DEADLINE_EXCEEDED" } }, "server"],
    ["another mistake", 400, { error: { code: 400, message: "no", status: "INVALID_ARGUMENT" } }, "client"],
    ["an error in a list, as streams have it", 400, [invalidKey], "auth"],
    ["an error within an error", 400, withMessage(JSON.stringify(invalidKey)), "auth"],
    ["a message that only begins like an error", 429, withMessage("{ not JSON"), "rate_limited"],
    ["details of another form", 429, { error: { message: 7, details: "none" } }, "rate_limited"],
    ["a body of another form", 403, { detail: "no" }, "auth"],
  ])("judges a refusal for %s by its details where the status says too little", async (_what, ...row) => {
    const [status, body, reason] = row;

    await expect(readWith(status, body)).rejects.toMatchObject({ reason, status });
  });
});

describe("the wait that gemini asks for", () => {
  it.each<[what: string, body: object, seconds: number | undefined]>([
    ["is that of a limit per minute", perMinute, 20.04466179],
    ["may be in milliseconds", { error: { message: "", details: [{ retryDelay: "900ms" }] } }, 0.9],
    ["may stand only in the message", withMessage("no\nPlease retry in 7.5s."), 7.5],
    ["is unknown where nothing tells it", bare, undefined],
    ["is unknown where it is no duration", { error: { message: "", details: [{ retryDelay: "soon" }] } }, undefined],
    // Of a Saturday noon in UTC, which is 4 in the morning there.
    ["is until midnight Pacific for a limit per day, whatever the delay beside it says", perDay, 20 * 3600],
    [
      "is the longer one where day and minute are both used up",
      withViolations({ quotaId: "RequestsPerMinute" }, { quotaId: "RequestsPerDay" }),
      20 * 3600,
    ],
    ["is of a day too under another name for it", withViolations({ quotaId: "DailyRequests" }), 20 * 3600],
  ])("%s", async (_what, body, retryAfterSeconds) => {
    await expect(readWith(429, body)).rejects.toMatchObject({ retryAfterSeconds });
  });

  it("says of a limit per day when it returns", async () => {
    await expect(readWith(429, perDay)).rejects.toMatchObject({
      message: expect.stringMatching(
        /answered 429: a quota of the day is used up; it returns at midnight Pacific time$/,
      ),
    });
  });

  it("gives way to a longer one in the headers", async () => {
    await expect(readWith(429, perMinute, { "retry-after": "60" })).rejects.toMatchObject({ retryAfterSeconds: 60 });
    await expect(readWith(429, perMinute, { "retry-after": "6" })).rejects.toMatchObject({
      retryAfterSeconds: 20.04466179,
    });
  });

  it.each<[when: string, now: string, end: string]>([
    ["in winter time", "2026-11-21T12:00:00Z", "2026-11-22T08:00:00Z"],
    ["in summer time", "2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z"],
    ["on the day that summer time begins", "2027-03-14T08:00:00Z", "2027-03-15T07:00:00Z"],
    ["on the day that summer time ends", "2027-11-07T07:00:00Z", "2027-11-08T08:00:00Z"],
  ])("for a limit per day ends at midnight Pacific %s", (_when, now, end) => {
    const told = refusalAt(new Date(now)).parse(perDay);

    expect(told.retryAfterSeconds).toBe((Date.parse(end) - Date.parse(now)) / 1000);
  });
});
