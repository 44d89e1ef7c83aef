import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import credits from "./fixtures/ai-credit.200.json" with { type: "json" };
import snakeCase from "./fixtures/ai-credit.older.json" with { type: "json" };
import requests from "./fixtures/premium-request.200.json" with { type: "json" };

const settings = { scope: "organizations", owner: "acme" };
const MONTH = "usage?year=2026&month=11";
const CREDITS = `GET /organizations/acme/settings/billing/ai_credit/${MONTH}`;
const REQUESTS = `GET /organizations/acme/settings/billing/premium_request/${MONTH}`;

const spent = { kind: "calendar", ...common, enforcement: "soft", resetAt: new Date("2026-12-01T00:00:00Z") };
const withItems = (...usageItems: readonly object[]) => ({ [CREDITS]: { body: { ...credits, usageItems } } });

describe("copilot_billing", () => {
  it("adds up the credits of all models before the discount, and the money after it, without a limit", async () => {
    expect(await readPreset("copilot_billing", { [CREDITS]: { body: credits } }, { settings })).toEqual({
      metered: true,
      readings: [
        { quota: "monthly_spend_usd", unit: "usd", used: 13.505, ...spent },
        { quota: "monthly_credits", unit: "credits", used: 4350.5, ...spent },
      ],
    });
  });

  it("reads premium requests where the report of credits does not exist", async () => {
    const answers = { [CREDITS]: { status: 404, body: { message: "Not Found" } }, [REQUESTS]: { body: requests } };

    expect(await readPreset("copilot_billing", answers, { settings })).toMatchObject({
      readings: [
        { quota: "monthly_spend_usd", used: 0 },
        { quota: "monthly_requests", unit: "requests", used: 100 },
      ],
    });
  });

  it("reads keys in snake case", async () => {
    expect(await quotasOf("copilot_billing", { [CREDITS]: { body: snakeCase } }, { settings })).toMatchObject({
      monthly_spend_usd: { used: 0 },
      monthly_credits: { used: 77.25 },
    });
  });

  it("has used nothing in a month without items", async () => {
    expect(await quotasOf("copilot_billing", withItems(), { settings })).toMatchObject({
      monthly_spend_usd: { used: 0 },
      monthly_credits: { used: 0 },
    });
  });

  it("does not add what is counted in something else to the credits", async () => {
    const [first = {}] = credits.usageItems;
    const minutes = { ...first, unitType: "minutes", grossQuantity: 9000, netAmount: 1 };

    expect(await quotasOf("copilot_billing", withItems(first, minutes), { settings })).toMatchObject({
      monthly_spend_usd: { used: 12.005 },
      monthly_credits: { used: 4100.5 },
    });
  });

  it("does not call the use zero where all that there is counts in a unit that it does not know", async () => {
    const items = credits.usageItems.map((item) => ({ ...item, unitType: "units" }));
    const { monthly_credits: found } = await quotasOf("copilot_billing", withItems(...items), { settings });

    expect(found).toMatchObject({ confidence: "degraded" });
    expect(found).not.toHaveProperty("used");
  });

  it.each([
    [{ scope: "enterprises", owner: "acme-inc", organization: "acme" }, "/enterprises/acme-inc", "&organization=acme"],
    [{ scope: "users", owner: "octo" }, "/users/octo", ""],
    [{ ...settings, user: "octo" }, "/organizations/acme", "&user=octo"],
  ])("asks as the account says: %j", async (asked, path, query) => {
    const answers = { [`GET ${path}/settings/billing/ai_credit/${MONTH}${query}`]: { body: credits } };

    expect(await readPreset("copilot_billing", answers, { settings: asked })).toMatchObject({ metered: true });
  });

  it("asks for the month of the read", async () => {
    const call = "GET /organizations/acme/settings/billing/ai_credit/usage?year=2027&month=1";
    const now = new Date("2027-01-01T00:00:30Z");

    expect(await quotasOf("copilot_billing", { [call]: { body: credits } }, { settings, now })).toMatchObject({
      monthly_credits: { resetAt: new Date("2027-02-01T00:00:00Z") },
    });
  });

  it("sends its token as a bearer, and takes GitHub's own type of JSON", async () => {
    const reqheaders = { authorization: `Bearer ${KEY}`, accept: "application/vnd.github+json" };
    nock("https://api.github.com", { reqheaders }).get(CREDITS.slice(4)).reply(200, credits);

    expect(await readPreset("copilot_billing", {}, { settings })).toMatchObject({ metered: true });
  });

  it.each([
    ["without a scope", { owner: "acme" }, /scope/],
    ["without an owner", { scope: "users" }, /owner/],
    ["with a scope that does not exist", { scope: "teams", owner: "acme" }, /scope/],
    ["with an owner that would lead elsewhere", { scope: "users", owner: "../octo" }, /owner/],
  ])("is no account %s", async (_name, wrong, expected) => {
    await expect(readPreset("copilot_billing", {}, { settings: wrong })).rejects.toThrow(expected);
  });

  const [first = {}] = credits.usageItems;
  it.each([
    ["an item without a quantity", { ...first, grossQuantity: undefined }, /readings\.0\.used/],
    ["an item without an amount", { ...first, netAmount: undefined }, /readings\.1\.used/],
    ["a quantity that is null", { ...first, grossQuantity: null }, /readings\.0\.used/],
  ])("does not add up %s as if it was nothing", async (_name, item, expected) => {
    expect(await failureOf("copilot_billing", withItems(first, item), { settings })).toMatch(expected);
  });

  it.each([
    [401, { message: "Bad credentials" }, /^auth: /],
    [403, { message: "Resource not accessible by personal access token" }, /^auth: /],
    [403, { message: "You have exceeded a secondary rate limit" }, /^rate_limited: /],
    [200, { message: "?" }, /^malformed: .*\$\.usageItems/],
  ])("tells status %i with %j", async (status, body, expected) => {
    expect(await failureOf("copilot_billing", { [CREDITS]: { status, body } }, { settings })).toMatch(expected);
  });

  it("fails where neither report exists, as for an owner that the token may not see", async () => {
    const missing = { status: 404, body: { message: "Not Found" } };

    expect(await failureOf("copilot_billing", { [CREDITS]: missing, [REQUESTS]: missing }, { settings })).toMatch(
      /^client: .*premium_request/,
    );
  });
});
