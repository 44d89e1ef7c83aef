import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import limit from "./fixtures/limit.200.json" with { type: "json" };
import refused from "./fixtures/limit.errors.json" with { type: "json" };
import plain from "./fixtures/limit.plain.json" with { type: "json" };

const CALL = "POST /graphql/v2?op=GetRequestLimitInfo";
const { user } = limit.data.user;
const withUser = (over: object) => ({
  [CALL]: { body: { data: { user: { __typename: "UserOutput", user: { ...user, ...over } } } } },
});
const withInfo = (over: object) => withUser({ requestLimitInfo: { ...user.requestLimitInfo, ...over } });
const credits = { kind: "credits", unit: "credits", ...common, enforcement: "soft" };

describe("warp", () => {
  it("reads the credits of the plan, those that were granted, and the grant that lapses first", async () => {
    expect(await readPreset("warp", { [CALL]: { body: limit } })).toEqual({
      metered: true,
      readings: [
        {
          ...{ quota: "monthly", kind: "calendar", unit: "credits", limit: 1500, used: 340 },
          ...{ resetAt: new Date("2026-12-09T08:15:30.250Z"), ...common, enforcement: "soft" },
        },
        { ...credits, quota: "bonus_credits", remaining: 850 },
        {
          ...{ ...credits, quota: "expiring_credits", limit: 200, remaining: 50 },
          expiresAt: new Date("2026-12-01T00:00:00Z"),
        },
      ],
    });
  });

  it("is hard without grants, and has nothing of them", async () => {
    expect(await quotasOf("warp", { [CALL]: { body: plain } })).toEqual({
      monthly: {
        ...{ quota: "monthly", kind: "calendar", unit: "credits", limit: 150, used: 150 },
        ...{ resetAt: new Date("2026-12-09T08:15:30Z"), ...common },
      },
    });
  });

  it("asks one constant query in the headers of a client, and sends its key as a bearer", async () => {
    const headers = { "x-warp-os-category": "Linux", "x-warp-os-name": "Linux", "x-warp-os-version": "1.0" };
    nock("https://app.warp.dev", {
      reqheaders: { ...headers, authorization: `Bearer ${KEY}`, "x-warp-client-id": "warp-app" },
    })
      .post(
        "/graphql/v2?op=GetRequestLimitInfo",
        ({ operationName, query, variables }) =>
          operationName === "GetRequestLimitInfo" &&
          query.startsWith("query GetRequestLimitInfo($requestContext: RequestContext!) {") &&
          query.split("{").length === query.split("}").length &&
          variables.requestContext.osContext.name === "Linux",
      )
      .reply(200, plain);

    expect(await readPreset("warp", {})).toMatchObject({ readings: [{ quota: "monthly" }] });
  });

  it("says that a plan has no cap where it is unlimited, whatever stands as its limit", async () => {
    const { monthly, bonus_credits } = await quotasOf("warp", withInfo({ isUnlimited: true, requestLimit: -1 }));

    expect(monthly).toMatchObject({ unlimited: true });
    expect(monthly).not.toHaveProperty("limit");
    expect(bonus_credits).toMatchObject({ enforcement: "soft" });
  });

  it("makes granted credits hard when those of the plan are gone", async () => {
    expect(await quotasOf("warp", withInfo({ requestsUsedSinceLastRefresh: 1500 }))).toMatchObject({
      monthly: { enforcement: "soft" },
      bonus_credits: { enforcement: "hard" },
    });
  });

  it("leaves out grants that have expired, and tells nothing of a grant that does not expire but what is left", async () => {
    const bonusGrants = [
      { requestCreditsGranted: 300, requestCreditsRemaining: 300, expiration: "2026-11-21T11:59:59Z" },
      { requestCreditsGranted: 20, requestCreditsRemaining: 5, expiration: null },
    ];

    const found = await quotasOf("warp", withUser({ bonusGrants }));

    expect(Object.keys(found)).toEqual(["monthly", "bonus_credits"]);
    expect(found["bonus_credits"]).toEqual({ ...credits, quota: "bonus_credits", remaining: 5 });
  });

  it("keeps grants that are used up at 0, and the plan hard beside them", async () => {
    const bonusGrants = [{ requestCreditsGranted: 20, requestCreditsRemaining: 0, expiration: "2026-12-01T00:00:00Z" }];

    const found = await quotasOf("warp", withUser({ bonusGrants }));

    expect(found).toMatchObject({ monthly: { enforcement: "hard" }, bonus_credits: { remaining: 0 } });
    expect(Object.keys(found)).toEqual(["monthly", "bonus_credits"]);
  });

  it("shows no number for grants of which one is null, and reads the plan all the same", async () => {
    const bonusGrants = [
      { requestCreditsGranted: 20, requestCreditsRemaining: null, expiration: "2026-12-01T00:00:00Z" },
      { requestCreditsGranted: 60, requestCreditsRemaining: 5, expiration: "2026-12-08T00:00:00Z" },
    ];

    expect(await quotasOf("warp", withUser({ bonusGrants }))).toMatchObject({
      monthly: { limit: 1500, used: 340, enforcement: "soft" },
      bonus_credits: { confidence: "degraded" },
      expiring_credits: { limit: 60, remaining: 5, expiresAt: new Date("2026-12-08T00:00:00Z") },
    });
  });

  it.each([
    ["null", null],
    ["no list at all", undefined],
  ])("reads the plan where the grants are %s", async (_what, bonusGrants) => {
    expect(Object.keys(await quotasOf("warp", withUser({ bonusGrants })))).toEqual(["monthly"]);
  });

  it("reads numbers in texts", async () => {
    const texts = { requestLimit: "1500", requestsUsedSinceLastRefresh: "340" };

    expect(await quotasOf("warp", withInfo(texts))).toMatchObject({ monthly: { limit: 1500, used: 340 } });
  });

  it("shows no number for counters that are null", async () => {
    const nulls = { requestLimit: null, requestsUsedSinceLastRefresh: null };
    const { monthly } = await quotasOf("warp", withInfo(nulls));

    expect(monthly).toMatchObject({ confidence: "degraded" });
    expect(monthly).not.toHaveProperty("limit");
  });

  it("has no reset where none is told", async () => {
    const { monthly } = await quotasOf("warp", withInfo({ nextRefreshTime: null }));

    expect(monthly).not.toHaveProperty("resetAt");
  });

  it.each([
    ["a key that the query refuses", refused, "auth"],
    ["a query that failed", { errors: [{ message: "internal" }], data: null }, "server"],
    ["no user", { data: { user: { __typename: "UserFacingError" } } }, "server"],
  ])("finds %s in an answer with status 200", async (_what, body, reason) => {
    expect(await failureOf("warp", { [CALL]: { body } })).toBe(
      `${reason}: POST app.warp.dev/graphql/v2 answered 200, and that it failed`,
    );
  });

  it("does not mind a list of errors that is empty or null", async () => {
    for (const errors of [[], null])
      expect(await quotasOf("warp", { [CALL]: { body: { ...plain, errors } } })).toHaveProperty("monthly");
  });

  it("names the field that it cannot read", async () => {
    expect(await failureOf("warp", withInfo({ requestsUsedSinceLastRefresh: "many", requestLimit: 5 }))).toMatch(
      /^malformed: .*requestsUsedSinceLastRefresh/,
    );
  });
});
