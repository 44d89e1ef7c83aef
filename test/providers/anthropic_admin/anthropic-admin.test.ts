import nock from "nock";
import { describe, expect, it } from "vitest";
import { anthropicAdmin } from "../../../src/providers/anthropic_admin/anthropic-admin.ts";
import { NOW, readAccount } from "../read-account.ts";
import grouped from "./fixtures/cost-report.200.grouped.json" with { type: "json" };
import costs from "./fixtures/cost-report.200.json" with { type: "json" };
import refused from "./fixtures/cost-report.401.json" with { type: "json" };

const KEY = "sk-ant-admin01-invented";
const QUERY = { starting_at: "2026-11-01T00:00:00Z", bucket_width: "1d", limit: "31" };

function answer(body: nock.Body, { page, status = 200 }: { page?: string; status?: number } = {}) {
  nock("https://api.anthropic.com")
    .matchHeader("x-api-key", KEY)
    .matchHeader("anthropic-version", "2023-06-01")
    .get("/v1/organizations/cost_report")
    .query({ ...QUERY, ...(page !== undefined && { page }) })
    .reply(status, body);
}

function readWith(body: nock.Body) {
  answer(body);
  return readAccount(anthropicAdmin, KEY);
}

const withAmount = (amount: unknown, currency = "USD") => ({ ...costs, data: [{ results: [{ amount, currency }] }] });

describe("anthropic with an admin key", () => {
  it("reads what the month has cost, of cents in texts, until the first of the next", async () => {
    expect(await readWith(costs)).toEqual({
      metered: true,
      readings: [
        {
          quota: "monthly_spend",
          kind: "calendar",
          unit: "usd",
          readAt: NOW,
          used: 13.375,
          resetAt: new Date("2026-12-01T00:00:00Z"),
          enforcement: "hard",
          source: "api",
          confidence: "reported",
        },
      ],
    });
  });

  it.each<[what: string, body: object, used: number]>([
    ["every line of a day that has several", grouped, 1.5],
    ["nothing in a month without use", { ...costs, data: [] }, 0],
    ["parts of a cent", withAmount("0.5"), 0.005],
    ["a correction below zero", withAmount("-250"), -2.5],
  ])("counts %s", async (_what, body, used) => {
    expect((await readWith(body)).readings).toMatchObject([{ used }]);
  });

  it("adds up the pages of a report that comes in several", async () => {
    answer({ ...costs, has_more: true, next_page: "page_a/b=" });
    answer({ ...grouped, has_more: false, next_page: null }, { page: "page_a/b=" });

    expect((await readAccount(anthropicAdmin, KEY)).readings).toMatchObject([{ used: 14.875 }]);
  });

  it("fails as a whole when a later page does", async () => {
    answer({ ...costs, has_more: true, next_page: "two" });
    answer({}, { page: "two", status: 500 });

    await expect(readAccount(anthropicAdmin, KEY)).rejects.toMatchObject({ reason: "server" });
  });

  it.each<[what: string, body: object, path: string]>([
    ["an amount as a number, whose unit nobody has told", withAmount(1250), "$.data[0].results[0].amount"],
    ["an amount in words", withAmount("12 dollars"), "$.data[0].results[0].amount"],
    ["other money", withAmount("12", "EUR"), "$.data[0].results[0].currency"],
    ["more without a next page", { ...costs, has_more: true }, "$.next_page"],
  ])("takes %s as malformed", async (_what, body, path) => {
    await expect(readWith(body)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(path),
    });
  });

  it("says that a key for inference is refused", async () => {
    answer(refused, { status: 401 });

    await expect(readAccount(anthropicAdmin, KEY)).rejects.toMatchObject({ reason: "auth" });
  });
});
