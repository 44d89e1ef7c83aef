import nock from "nock";
import { describe, expect, it } from "vitest";
import { litellm } from "../../../src/providers/litellm/litellm.ts";
import { NOW, readAccount } from "../read-account.ts";
import keyInfo from "./fixtures/key-info.200.json" with { type: "json" };
import lifetime from "./fixtures/key-info.200.lifetime.json" with { type: "json" };
import noBudget from "./fixtures/key-info.200.no-budget.json" with { type: "json" };
import severalBudgets from "./fixtures/key-info.200.several-budgets.json" with { type: "json" };
import budgetExceeded from "./fixtures/key-info.400.budget-exceeded.json" with { type: "json" };
import masterKey from "./fixtures/key-info.404.master-key.json" with { type: "json" };

const PROXY = "https://litellm.example";

function readWith(body: object, status = 200) {
  nock(PROXY).get("/key/info").matchHeader("authorization", "Bearer sk-invented").reply(status, body);
  return readAccount({ ...litellm, baseUrl: PROXY }, "sk-invented");
}

/** The reading of a key like the fixture but for `changes`. */
async function budgetWith(changes: object) {
  const { readings } = await readWith({ info: { ...keyInfo.info, ...changes } });
  return readings[0];
}

const budget = {
  quota: "budget",
  unit: "usd",
  readAt: NOW,
  enforcement: "hard",
  source: "api",
  confidence: "reported",
};
const amounts = { limit: 10, used: 4.25 };
const resetAt = new Date("2026-12-01T00:00:00Z");

describe("litellm", () => {
  it("has no address of its own", () => {
    expect(litellm.baseUrl).toBeUndefined();
  });

  it("reads the budget of the key and its expiry, and nothing of requests and tokens, of which only limits are told", async () => {
    expect(await readWith(keyInfo)).toEqual({
      metered: true,
      credentialExpiresAt: new Date("2027-01-31T00:00:00Z"),
      readings: [{ ...budget, kind: "calendar", periodSeconds: 2_592_000, ...amounts, resetAt }],
    });
  });

  it("reads a budget that never resets, with the artefact of its sum", async () => {
    expect(await readWith(lifetime)).toEqual({
      metered: true,
      readings: [{ ...budget, kind: "credits", limit: 100.0000001, used: 4.25 }],
    });
  });

  it("has no quota for a key without a budget, which is neither empty nor unlimited", async () => {
    expect(await readWith(noBudget)).toEqual({ metered: true, readings: [] });
  });

  it("does not guess how far the budgets of other periods are used", async () => {
    expect(await readWith(severalBudgets)).toEqual(await readWith(keyInfo));
  });

  it("shows by how much the budget was passed", async () => {
    expect(await budgetWith({ spend: 10.5 })).toMatchObject({ limit: 10, remaining: -0.5 });
  });

  it("takes a budget of 0 for a limit", async () => {
    expect(await budgetWith({ max_budget: 0, spend: 0 })).toMatchObject({ limit: 0, used: 0 });
  });

  it("leaves a budget degraded, without numbers, where what is spent is null", async () => {
    const reading = await budgetWith({ spend: null });

    expect(reading).toMatchObject({ quota: "budget", confidence: "degraded" });
    expect(reading).not.toHaveProperty("limit");
  });

  it.each<[budget_duration: string | null | undefined, window: object]>([
    ["30s", { kind: "calendar", periodSeconds: 30, resetAt }],
    ["10m", { kind: "calendar", periodSeconds: 600, resetAt }],
    ["1h", { kind: "calendar", periodSeconds: 3600, resetAt }],
    ["1d", { kind: "calendar", periodSeconds: 86_400, resetAt }],
    ["2w", { kind: "calendar", periodSeconds: 1_209_600, resetAt }],
    ["1mo", { kind: "calendar", resetAt }],
    ["0s", { kind: "calendar", resetAt }],
    ["fortnightly", { kind: "calendar", resetAt }],
    ["None", { kind: "credits" }],
    ["", { kind: "credits" }],
    [null, { kind: "credits" }],
    [undefined, { kind: "credits" }],
  ])("with a budget_duration of %j has the window %j", async (budget_duration, window) => {
    expect(await budgetWith({ budget_duration })).toEqual({ ...budget, ...amounts, ...window });
  });

  it.each([null, undefined])("knows of no reset where it is %s", async (budget_reset_at) => {
    expect(await budgetWith({ budget_reset_at })).not.toHaveProperty("resetAt");
  });

  it("takes a time without a zone for UTC, as Python means it", async () => {
    expect(await budgetWith({ budget_reset_at: "2026-12-01T00:00:00.123456" })).toMatchObject({
      resetAt: new Date("2026-12-01T00:00:00.123Z"),
    });
  });
});

const refused = (type: string) => ({ error: { message: "invented", type, param: "None", code: "0" } });

describe("a refusal of litellm", () => {
  it.each<[what: string, status: number, body: object, reason: string, message: string]>([
    ["a used-up budget, in older versions", 400, budgetExceeded, "not_entitled", "no plan or no credit"],
    ["a used-up budget, in newer ones", 429, budgetExceeded, "not_entitled", "no plan or no credit"],
    ["a management key, which is in no database", 404, masterKey, "not_entitled", "a master key has no budget"],
    ["an inference key that may not ask about itself", 403, refused("auth_error"), "auth", "the credential is refused"],
    ["an expired key", 400, refused("expired_key"), "auth", "the key has expired"],
    ["an unknown key", 401, refused("token_not_found_in_db"), "auth", "the credential is refused"],
    ["too many requests", 429, refused("throttling_error"), "rate_limited", "429"],
    ["another mistake", 400, refused("bad_request_error"), "client", "400"],
    ["an address that is not a proxy's", 404, { detail: "Not Found" }, "client", "check base_url"],
    ["a proxy without a database", 500, refused("internal_server_error"), "server", "500"],
  ])("for %s is judged by its type, not by its status or code", async (_what, status, body, reason, message) => {
    await expect(readWith(body, status)).rejects.toMatchObject({ reason, message: expect.stringContaining(message) });
  });
});
