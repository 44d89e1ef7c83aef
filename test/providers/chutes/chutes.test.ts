import nock from "nock";
import { describe, expect, it } from "vitest";
import { chutes } from "../../../src/providers/chutes/chutes.ts";
import { toAccountReading } from "../../../src/providers/chutes/schema.ts";
import { NOW, readAccount } from "../read-account.ts";
import daily from "./fixtures/quota-usage.200.json" with { type: "json" };
import unlimited from "./fixtures/quota-usage.200.unlimited.json" with { type: "json" };
import custom from "./fixtures/subscription-usage.200.custom.json" with { type: "json" };
import usage from "./fixtures/subscription-usage.200.json" with { type: "json" };
import none from "./fixtures/subscription-usage.200.none.json" with { type: "json" };
import me from "./fixtures/users-me.200.json" with { type: "json" };

const KEY = "cpk_invented.invented";
const EMPTY = { ...me, balance: 0 };
const USED_UP = { usage: 4.5, cap: 4, remaining: 0, reset_at: "2026-11-21T16:00:00+00:00" };

const api = () => nock("https://api.chutes.ai").matchHeader("authorization", `Bearer ${KEY}`);

/** One read of an account with a plan. */
function readWith(body: object, account: object = me) {
  api().get("/users/me/subscription_usage").reply(200, body);
  api().get("/users/me").reply(200, account);
  return readAccount(chutes, KEY);
}

/** One read of an account without a plan. */
function readDaily(body: object, account: object = EMPTY) {
  api().get("/users/me/quota_usage/me").reply(200, body);
  return readWith(none, account);
}

const reported = { readAt: NOW, source: "api", confidence: "reported" };
const balance = { quota: "balance", kind: "credits", unit: "usd", ...reported };
const fourHour = { quota: "four_hour", kind: "calendar", unit: "usd", periodSeconds: 14_400, ...reported };
const monthly = { quota: "monthly", kind: "calendar", unit: "usd", ...reported };

describe("chutes with a subscription", () => {
  it("reads the block of four hours, the billing month and the balance, in dollars", async () => {
    expect(await readWith(usage)).toEqual({
      metered: true,
      subscription: "active",
      readings: [
        {
          ...fourHour,
          limit: 4.1666666667,
          remaining: 2.9166666667,
          resetAt: new Date("2026-11-21T16:00:00Z"),
          enforcement: "soft",
        },
        { ...monthly, limit: 50, remaining: 31.25, resetAt: new Date("2026-12-07T09:15:00Z"), enforcement: "soft" },
        { ...balance, remaining: 7.25, enforcement: "soft" },
      ],
    });
  });

  it("reads a custom plan's month without a cap as unlimited, without any number", async () => {
    const { readings } = await readWith(custom);

    expect(readings[1]).toEqual({ ...monthly, unlimited: true, enforcement: "soft" });
  });

  it.each<[name: string, account: object, enforcement: string]>([
    ["soft while there is money to spill over into", { balance: 0.01 }, "soft"],
    ["hard without money", { balance: 0 }, "hard"],
    ["hard with a debt", { balance: -0.01 }, "hard"],
    ["hard where the balance is unknown", { balance: null }, "hard"],
  ])("takes its windows as %s", async (_name, account, enforcement) => {
    const { readings } = await readWith(usage, account);

    expect(readings.slice(0, 2).map((reading) => reading.enforcement)).toEqual([enforcement, enforcement]);
  });

  it("takes its windows as hard where the key may not see the balance", async () => {
    api().get("/users/me/subscription_usage").reply(200, usage);
    api().get("/users/me").reply(403, { detail: "no" });

    const { readings } = await readAccount(chutes, KEY);

    expect(readings).toMatchObject([
      { quota: "four_hour", enforcement: "hard" },
      { quota: "monthly", enforcement: "hard" },
    ]);
  });

  it("makes the balance hard once a window is used up, although it is the balance that makes the window soft", async () => {
    const { readings } = await readWith({ ...usage, four_hour: USED_UP });

    expect(readings.map(({ quota, enforcement }) => [quota, enforcement])).toEqual([
      ["four_hour", "soft"],
      ["monthly", "soft"],
      ["balance", "hard"],
    ]);
  });

  it("gives no reading, rather than zero, for a balance of null", async () => {
    const { readings } = await readWith(usage, { ...me, balance: null });

    expect(readings.map(({ quota }) => quota)).toEqual(["four_hour", "monthly"]);
  });

  it.each<[name: string, counters: object, amounts: object]>([
    ["shows by how much the cap was passed", { usage: 4.5, cap: 4, remaining: 0 }, { limit: 4, remaining: -0.5 }],
    ["takes what remains as told", { usage: 1, cap: 4, remaining: 3.5 }, { limit: 4, remaining: 3.5 }],
    ["takes what was used where nothing else is told", { usage: 1, cap: 4 }, { limit: 4, used: 1 }],
    ["makes up no cap", { usage: 1, cap: null, remaining: 3 }, { used: 1, remaining: 3 }],
  ])("%s", async (_name, counters, amounts) => {
    const { readings } = await readWith({ ...usage, four_hour: counters });

    const { limit, remaining, used } = readings[0] ?? {};
    expect({ limit, remaining, used }).toEqual({ limit: undefined, remaining: undefined, used: undefined, ...amounts });
  });

  it("leaves a window without counters degraded, without numbers", async () => {
    const { readings } = await readWith({ ...usage, four_hour: { usage: null, cap: 4, remaining: null } });

    expect(readings[0]).toEqual({ ...fourHour, confidence: "degraded", enforcement: "soft" });
  });

  it("takes a cap as told, whatever the price of the plan or an older table would make it", async () => {
    const { readings } = await readWith({ ...usage, monthly_price: 20, four_hour: { ...usage.four_hour, cap: 3 } });

    expect(readings[0]).toMatchObject({ limit: 3 });
  });

  it.each([
    ["without a zone", "2026-09-07T09:15:00"],
    ["that are null", null],
    ["in words", "soon"],
  ])("does not read the dates of the plan, so it minds none %s", async (_how, date) => {
    const plain = await readWith(usage);

    expect(await readWith({ ...usage, anchor_date: date, effective_date: date, updated_at: date })).toEqual(plain);
  });

  it("takes no names for its windows that the server never sends", async () => {
    const window = { limit: 5, requests: 3 };
    api()
      .get("/users/me/subscription_usage")
      .reply(200, { subscription: true, rolling_window: window, burst: window, month: window });

    await expect(readAccount(chutes, KEY)).rejects.toMatchObject({ reason: "malformed" });
  });

  it("takes a quota of 0 in the headers of inference for none, not for one that is used up", async () => {
    const headers = { "X-Chutes-Quota-Total": "0", "X-Chutes-Quota-Remaining": "0", "X-Chutes-RL-User": "inf" };
    api().get("/users/me/subscription_usage").reply(200, usage, headers);
    api().get("/users/me").reply(200, me, headers);

    const { readings } = await readAccount(chutes, KEY);

    expect(readings.map(({ quota }) => quota)).toEqual(["four_hour", "monthly", "balance"]);
  });

  it.each<[what: string, status: number, detail: unknown, reason: string]>([
    ["a refused key", 401, "Invalid or missing authentication", "auth"],
    [
      "an empty balance, with an object",
      402,
      { message: "Quota exceeded", quota_reset_timestamp: "x" },
      "not_entitled",
    ],
    ["a used-up plan, with a text", 402, "Subscription usage cap exceeded.", "not_entitled"],
    ["the limit of free models", 429, "Free models limit reached for today", "rate_limited"],
  ])("judges %s by its status, whatever form its detail has", async (_what, status, detail, reason) => {
    api().get("/users/me/subscription_usage").reply(status, { detail });

    await expect(readAccount(chutes, KEY)).rejects.toMatchObject({ reason });
  });

  it("leaves out a window that the plan does not have", async () => {
    const { readings } = await readWith({ ...usage, monthly: null });

    expect(readings.map(({ quota }) => quota)).toEqual(["four_hour", "balance"]);
  });

  it.each<[how: string, reset_at: string | null, resetAt: Date | undefined]>([
    ["without a zone as UTC", "2026-11-21T16:00:00.123456", new Date("2026-11-21T16:00:00.123Z")],
    ["in another zone", "2026-11-21T18:00:00+02:00", new Date("2026-11-21T16:00:00Z")],
    ["that is null as unknown", null, undefined],
  ])("reads a reset time %s", async (_how, reset_at, resetAt) => {
    const { readings } = await readWith({ ...usage, four_hour: { ...usage.four_hour, reset_at } });

    expect(readings[0]?.resetAt).toEqual(resetAt);
  });

  it("takes a subscription without any known window as malformed", async () => {
    api().get("/users/me/subscription_usage").reply(200, { subscription: true });

    await expect(readAccount(chutes, KEY)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("expected at least one known window"),
    });
  });

  it("does not show a refused key a second time", async () => {
    api().get("/users/me/subscription_usage").reply(401, { detail: "no" });

    await expect(readAccount(chutes, KEY)).rejects.toMatchObject({ reason: "auth" });
  });
});

describe("chutes without a subscription", () => {
  it("reads the requests of the day, which end at midnight UTC, and a balance that is hard", async () => {
    expect(await readDaily(daily, me)).toEqual({
      metered: true,
      subscription: "inactive",
      readings: [
        {
          quota: "daily",
          kind: "calendar",
          unit: "requests",
          periodSeconds: 86_400,
          ...reported,
          limit: 200,
          used: 61.5,
          resetAt: new Date("2026-11-22T00:00:00Z"),
          enforcement: "soft",
        },
        { ...balance, remaining: 7.25, enforcement: "hard" },
      ],
    });
  });

  it("takes the requests of the day as hard without money", async () => {
    const { readings } = await readDaily(daily);

    expect(readings).toMatchObject([
      { quota: "daily", enforcement: "hard" },
      { quota: "balance", enforcement: "hard" },
    ]);
  });

  it.each<[name: string, body: object]>([
    ["a quota of 0, which newer accounts have", { quota: 0, used: 0 }],
    ['the text "unlimited"', unlimited],
  ])("reads %s as no quota, neither used up nor full", async (_name, body) => {
    const { readings } = await readDaily(body);

    expect(readings.map(({ quota }) => quota)).toEqual(["balance"]);
  });

  it("shows by how much the quota of the day was passed", async () => {
    const { readings } = await readDaily({ quota: 200, used: 203.5 });

    expect(readings[0]).toMatchObject({ limit: 200, remaining: -3.5 });
  });

  it("leaves requests that it cannot count degraded, without numbers", async () => {
    const { readings } = await readDaily({ quota: 200, used: null });

    expect(readings[0]).toMatchObject({ quota: "daily", confidence: "degraded" });
    expect(readings[0]).not.toHaveProperty("limit");
  });

  it.each([401, 403, 404])("leaves out the requests of the day when they are refused with %i", async (status) => {
    api().get("/users/me/quota_usage/me").reply(status, { detail: "no" });

    const { readings } = await readWith(none);

    expect(readings.map(({ quota }) => quota)).toEqual(["balance"]);
  });

  it.each<[name: string, status: number, body: object, reason: string]>([
    ["a server error", 500, {}, "server"],
    ["a rate limit", 429, {}, "rate_limited"],
    ["another text than unlimited", 200, { quota: "plenty", used: 0 }, "malformed"],
    ["a quota below zero", 200, { quota: -1, used: 0 }, "malformed"],
    ["a count in a text", 200, { quota: 200, used: "61" }, "malformed"],
  ])("fails as a whole on %s in place of the requests of the day", async (_name, status, body, reason) => {
    api().get("/users/me/quota_usage/me").reply(status, body);

    await expect(readWith(none)).rejects.toMatchObject({ reason });
  });

  it.each([
    ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"],
    ["2026-11-22T00:00:00.000Z", "2026-11-23T00:00:00.000Z"],
  ])("ends the day that %s is in at %s", (now, end) => {
    const answers = { usage: { subscription: false }, daily, balance: undefined };

    expect(toAccountReading(answers, new Date(now)).readings[0]?.resetAt?.toISOString()).toBe(end);
  });
});
