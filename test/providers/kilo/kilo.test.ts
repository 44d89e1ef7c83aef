import nock from "nock";
import { describe, expect, it } from "vitest";
import { kilo } from "../../../src/providers/kilo/kilo.ts";
import { NOW, readAccount } from "../read-account.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import ended from "./fixtures/trpc.200.ended.json" with { type: "json" };
import batch from "./fixtures/trpc.200.json" with { type: "json" };
import noPass from "./fixtures/trpc.200.no-pass.json" with { type: "json" };
import refused from "./fixtures/trpc.207.refused.json" with { type: "json" };

const KEY = "invented.key";
const [BLOCKS, PASS] = [batch[0]?.result.data, batch[1]?.result.data];
const { subscription: pass } = { subscription: undefined, ...PASS };

const api = () => nock("https://api.kilo.ai").matchHeader("authorization", `Bearer ${KEY}`);

function answerBatch(status: number, body: nock.Body, headers: Record<string, string> = {}) {
  const query = { batch: "1", input: '{"0":{"json":null},"1":{"json":null}}' };
  return api().get("/api/trpc/user.getCreditBlocks,kiloPass.getState").query(query).reply(status, body, headers);
}

function readWith(body: nock.Body, { money = balance, status = 200 }: { money?: object; status?: number } = {}) {
  api().get("/api/profile/balance").reply(200, money);
  answerBatch(status, body);
  return readAccount(kilo, KEY);
}

const told = (data: unknown) => ({ result: { data } });
const failed = (data: object) => ({ error: { message: "invented", code: -32_000, data } });
const withBlocks = (...creditBlocks: object[]) => readWith([told({ creditBlocks }), told({ subscription: null })]);

/** The reading of a pass like the fixture but for `changes`. */
async function passWith(changes: object) {
  const { readings } = await readWith([told(BLOCKS), told({ subscription: { ...pass, ...changes } })]);
  return readings.find(({ quota }) => quota === "kilo_pass");
}

const usd = { unit: "usd", readAt: NOW, source: "api", confidence: "reported" };
const money = { quota: "balance", kind: "credits", ...usd };
const expiring = { quota: "expiring_credits", kind: "credits", ...usd, enforcement: "soft" };
const kiloPass = { quota: "kilo_pass", kind: "calendar", ...usd, enforcement: "soft" };
const BILLING = new Date("2026-12-10T10:00:00Z");

describe("kilo", () => {
  it("reads the balance in dollars, what expires first in millionths of one, and the pass", async () => {
    expect(await readWith(batch)).toEqual({
      metered: true,
      subscription: "active",
      readings: [
        { ...money, remaining: 13.37, enforcement: "soft" },
        { ...expiring, remaining: 4.25, expiresAt: new Date("2026-12-01T00:00:00Z") },
        { ...kiloPass, limit: 19, used: 7.25, resetAt: BILLING },
      ],
    });
  });

  it("reads an account without blocks and without a pass, whose data is wrapped in json", async () => {
    expect(await readWith(noPass, { money: { balance: 0, isDepleted: true } })).toEqual({
      metered: true,
      subscription: "inactive",
      readings: [{ ...money, remaining: 0, enforcement: "hard" }],
    });
  });

  it("shows a balance below zero as it is, and nothing of what was ever bought", async () => {
    const { readings } = await readWith(noPass, { money: { balance: -0.25 } });

    expect(readings).toEqual([{ ...money, remaining: -0.25, enforcement: "hard" }]);
  });

  it.each<[form: string, body: nock.Body]>([
    ["a list", batch],
    ["numbered keys", { 0: told(BLOCKS), 1: told(PASS) }],
    ["a list with json in each", [told({ json: BLOCKS }), told({ json: PASS })]],
    ["numbered keys with json in each", { 0: told({ json: BLOCKS }), 1: told({ json: PASS }) }],
    ["more than was asked for", [...batch, told({ enabled: true, amountCents: 5000 })]],
  ])("reads a batch that comes as %s", async (_form, body) => {
    const { readings } = await readWith(body);

    expect(readings.map(({ quota }) => quota)).toEqual(["balance", "expiring_credits", "kilo_pass"]);
  });

  it.each<[form: string, body: nock.Body, path: string]>([
    ["a list", [told({ json: { creditBlocks: 7 } }), told(PASS)], "$[0].result.data.json.creditBlocks:"],
    ["numbered keys", { 0: told(BLOCKS), 1: told({ subscription: 7 }) }, "$[1].result.data.subscription:"],
    ["a list that is too short", [told(BLOCKS)], "$[1]:"],
    ["one result that is wrong", told({ creditBlocks: 7 }), "$.result.data.creditBlocks:"],
    ["one result of another call", told({ enabled: true }), "$: expected a list"],
    ["nothing", {}, "$: expected a list"],
  ])("names what is wrong in a batch that comes as %s", async (_form, body, path) => {
    await expect(readWith(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it.each<[form: string, body: nock.Body, answer: object]>([
    ["the blocks", told(BLOCKS), { subscription: undefined, quotas: ["balance", "expiring_credits"] }],
    ["the pass", told(PASS), { subscription: "active", quotas: ["balance", "kilo_pass"] }],
    ["the pass in json", told({ json: PASS }), { subscription: "active", quotas: ["balance", "kilo_pass"] }],
  ])("takes a single object for the result that it is: %s", async (_form, body, answer) => {
    const { subscription, readings } = await readWith(body);

    expect({ subscription, quotas: readings.map(({ quota }) => quota) }).toEqual(answer);
  });

  it("does not show a refused key a second time", async () => {
    api().get("/api/profile/balance").reply(401, { error: "Unauthorized" });

    await expect(readAccount(kilo, KEY)).rejects.toMatchObject({ reason: "auth" });
  });

  it.each<[what: string, status: number, body: object, reason: string]>([
    ["a rate limit", 429, { error: "Rate limit exceeded", message: "invented" }, "rate_limited"],
    [
      "no credit",
      402,
      { error: { title: "Low Credit Warning!", message: "invented", balance: -0.01 } },
      "not_entitled",
    ],
    ["a service that is down", 503, { error: "Service Unavailable", message: "invented" }, "server"],
    ["an organisation that the key may not see", 403, { error: "Forbidden" }, "auth"],
  ])("fails on %s", async (_what, status, body, reason) => {
    api().get("/api/profile/balance").reply(status, body, { "retry-after": "7" });

    await expect(readAccount(kilo, KEY)).rejects.toMatchObject({ reason, status, retryAfterSeconds: 7 });
  });
});

describe("a call of kilo's batch that fails alone", () => {
  it("leaves its own quotas out where it is refused, and says nothing of a subscription", async () => {
    expect(await readWith(refused, { status: 207 })).toMatchObject({
      readings: [{ quota: "balance", enforcement: "hard" }, { quota: "expiring_credits" }],
    });
  });

  it.each<[what: string, error: object]>([
    ["401", failed({ code: "UNAUTHORIZED", httpStatus: 401 })],
    ["403", failed({ code: "FORBIDDEN", httpStatus: 403 })],
    ["404, as for a call that was renamed", failed({ code: "NOT_FOUND", httpStatus: 404 })],
    ["a code alone", failed({ code: "FORBIDDEN" })],
    ["json around it", { error: { json: { message: "invented", data: { code: "FORBIDDEN", httpStatus: 403 } } } }],
  ])("is left out where it is refused with %s", async (_what, error) => {
    const { readings } = await readWith([error, told(PASS)], { status: 207 });

    expect(readings.map(({ quota }) => quota)).toEqual(["balance", "kilo_pass"]);
  });

  it("is both of them where one error stands for the whole batch", async () => {
    const { readings, ...rest } = await readWith(failed({ httpStatus: 403 }));

    expect(readings.map(({ quota }) => quota)).toEqual(["balance"]);
    expect(rest).toEqual({ metered: true });
  });

  it.each<[what: string, data: object, reason: string]>([
    ["a rate limit", { code: "TOO_MANY_REQUESTS", httpStatus: 429 }, "rate_limited"],
    ["a rate limit by its code", { code: "TOO_MANY_REQUESTS" }, "rate_limited"],
    ["a fault of the server", { code: "INTERNAL_SERVER_ERROR", httpStatus: 500 }, "server"],
    ["a code of tomorrow", { code: "TOMORROW" }, "server"],
    ["a call that the server does not understand", { code: "BAD_REQUEST", httpStatus: 400 }, "client"],
  ])("fails the read as a whole on %s", async (_what, data, reason) => {
    await expect(readWith([told(BLOCKS), failed(data)], { status: 207 })).rejects.toMatchObject({
      reason,
      message: expect.stringContaining("kiloPass.getState"),
    });
  });
});

describe("the credits of kilo that expire", () => {
  const block = (expiry_date: string | null, balance_mUsd: number) => ({ expiry_date, balance_mUsd });

  it.each<[what: string, blocks: object[], reading: object | undefined]>([
    ["none where no block expires", [block(null, 5_000_000)], undefined],
    [
      "those of the block that expires first, wherever it stands",
      [block("2027-01-01T00:00:00Z", 1_000_000), block("2026-12-01T00:00:00Z", 2_500_000)],
      { remaining: 2.5, expiresAt: new Date("2026-12-01T00:00:00Z") },
    ],
    [
      "those of all blocks that expire together",
      [block("2026-12-01T00:00:00Z", 1_000_000), block("2026-12-01T00:00:00Z", 2_500_000)],
      { remaining: 3.5, expiresAt: new Date("2026-12-01T00:00:00Z") },
    ],
    [
      "not those that have expired",
      [block("2026-11-21T12:00:00Z", 1_000_000), block("2026-12-01T00:00:00Z", 2_500_000)],
      { remaining: 2.5, expiresAt: new Date("2026-12-01T00:00:00Z") },
    ],
    [
      "those of a block whose time is written as the database does",
      [block("2026-12-01 08:30:00.5+00", 10)],
      { remaining: 0.00001, expiresAt: new Date("2026-12-01T08:30:00.500Z") },
    ],
  ])("are %s", async (_what, blocks, reading) => {
    const { readings } = await withBlocks(...blocks);

    expect(readings.slice(1)).toEqual(reading === undefined ? [] : [{ ...expiring, ...reading }]);
  });
});

describe("the Kilo Pass", () => {
  it("counts its bonus only when that is unlocked", async () => {
    expect(await passWith({ isBonusUnlocked: true })).toMatchObject({ limit: 20.5, used: 7.25 });
    expect(await passWith({ isBonusUnlocked: true, currentPeriodBonusCreditsUsd: null })).toMatchObject({ limit: 19 });
    expect(await passWith({ isBonusUnlocked: undefined })).toMatchObject({ limit: 19 });
  });

  it("has nothing left once it is passed, as other credits pay for what goes beyond", async () => {
    expect(await passWith({ currentPeriodUsageUsd: 19.5 })).toMatchObject({ limit: 19, used: 19, enforcement: "soft" });
  });

  it.each<[what: string, changes: object, resetAt: string | undefined]>([
    ["at the next bill", { refillAt: "2027-01-01T00:00:00Z" }, "2026-12-10T10:00:00.000Z"],
    [
      "at the renewal, in another version",
      { nextBillingAt: null, nextRenewalAt: "2026-12-11T00:00:00Z" },
      "2026-12-11T00:00:00.000Z",
    ],
    [
      "at the refill, where nothing else is told",
      { nextBillingAt: null, refillAt: "2026-12-12T00:00:00Z" },
      "2026-12-12T00:00:00.000Z",
    ],
    [
      "at the refill of the month, where it is paid by the year",
      { cadence: "yearly", refillAt: "2026-12-12T00:00:00Z" },
      "2026-12-12T00:00:00.000Z",
    ],
    ["at a time that is not told, where only the year's bill is", { cadence: "yearly" }, undefined],
  ])("resets %s", async (_what, changes, resetAt) => {
    expect((await passWith(changes))?.resetAt?.toISOString()).toBe(resetAt);
  });

  it("has no window once it has ended, though its base is still told", async () => {
    const { subscription, readings } = await readWith(ended);

    expect(subscription).toBe("inactive");
    expect(readings.map(({ quota }) => quota)).toEqual(["balance", "expiring_credits"]);
  });

  it.each<[status: string, subscription: string | undefined]>([
    ["trialing", "active"],
    ["past_due", "grace"],
    ["paused", "inactive"],
    ["unpaid", "inactive"],
    ["tomorrow", undefined],
    ["toString", undefined],
  ])("with the status %s is %s", async (status, subscription) => {
    const answer = await readWith([told(BLOCKS), told({ subscription: { ...pass, status } })]);

    expect(answer.subscription).toBe(subscription);
  });

  it.each<[what: string, changes: object, enforcement: string]>([
    ["lasts", {}, "soft"],
    ["is in grace", { status: "past_due" }, "soft"],
    ["is used up", { currentPeriodUsageUsd: 19 }, "hard"],
    ["has a status that nobody knows", { status: "tomorrow" }, "hard"],
  ])("makes the balance soft or hard while it %s", async (_what, changes, enforcement) => {
    const { readings } = await readWith([told(BLOCKS), told({ subscription: { ...pass, ...changes } })]);

    expect(readings[0]).toMatchObject({ quota: "balance", enforcement });
  });

  it("is none where the subscription is missing", async () => {
    expect((await readWith([told(BLOCKS), told({})])).subscription).toBe("inactive");
  });
});
