import nock from "nock";
import { describe, expect, it } from "vitest";
import { openaiAdmin } from "../../../src/providers/openai_admin/openai-admin.ts";
import { NOW, readAccount } from "../read-account.ts";
import costs from "./fixtures/costs.200.json" with { type: "json" };
import text from "./fixtures/costs.200.text.json" with { type: "json" };
import refused from "./fixtures/costs.401.json" with { type: "json" };

const KEY = "sk-admin-invented";
/** 2026-11-01, 00:00 UTC. */
const QUERY = { start_time: "1793491200", bucket_width: "1d", limit: "31" };

function answer(body: nock.Body, { page, status = 200 }: { page?: string; status?: number } = {}) {
  nock("https://api.openai.com")
    .matchHeader("authorization", `Bearer ${KEY}`)
    .get("/v1/organization/costs")
    .query({ ...QUERY, ...(page !== undefined && { page }) })
    .reply(status, body);
}

function readWith(body: nock.Body) {
  answer(body);
  return readAccount(openaiAdmin, KEY);
}

const withValue = (value: unknown, currency = "usd") => ({
  ...costs,
  data: [{ results: [{ amount: { value, currency } }] }],
});

describe("openai with an admin key", () => {
  it("reads what the month has cost, in dollars, until the first of the next", async () => {
    expect(await readWith(costs)).toEqual({
      metered: true,
      readings: [
        {
          quota: "monthly_spend",
          kind: "calendar",
          unit: "usd",
          readAt: NOW,
          used: 13.25,
          resetAt: new Date("2026-12-01T00:00:00Z"),
          enforcement: "hard",
          source: "api",
          confidence: "reported",
        },
      ],
    });
  });

  it.each<[what: string, body: object, used: number]>([
    ["values that come as texts", text, 0.0625],
    ["nothing in a month without use", { ...costs, data: [] }, 0],
    ["a currency in capitals", withValue(2.5, "USD"), 2.5],
    ["a credit below zero", withValue(-2.5), -2.5],
  ])("counts %s", async (_what, body, used) => {
    expect((await readWith(body)).readings).toMatchObject([{ used }]);
  });

  it("adds up the pages of a report that comes in several", async () => {
    answer({ ...costs, has_more: true, next_page: "page_a+b" });
    answer(text, { page: "page_a+b" });

    expect((await readAccount(openaiAdmin, KEY)).readings).toMatchObject([{ used: 13.3125 }]);
  });

  it("gives up on a report that never ends, and tells no sum of a part", async () => {
    answer({ ...costs, has_more: true, next_page: "again" });
    for (let page = 0; page < 9; page++) answer({ ...costs, has_more: true, next_page: "again" }, { page: "again" });

    await expect(readAccount(openaiAdmin, KEY)).rejects.toMatchObject({
      reason: "malformed",
      message: "the cost report goes on after 10 pages",
    });
  });

  it.each<[what: string, body: object, path: string]>([
    ["a value in words", withValue("12 dollars"), "$.data[0].results[0].amount.value"],
    ["a value that is missing", withValue(undefined), "$.data[0].results[0].amount.value"],
    ["other money", withValue(12, "eur"), "$.data[0].results[0].amount.currency"],
    ["more without a next page", { ...costs, has_more: true }, "$.next_page"],
  ])("takes %s as malformed", async (_what, body, path) => {
    await expect(readWith(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it.each([401, 403])("says by %i that a key without the permission is refused", async (status) => {
    answer(refused, { status });

    await expect(readAccount(openaiAdmin, KEY)).rejects.toMatchObject({ reason: "auth" });
  });
});
