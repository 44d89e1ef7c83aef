import { readFile } from "node:fs/promises";
import { load as parseYaml } from "js-yaml";
import { describe, expect, it } from "vitest";
import { PROVIDERS as REAL } from "../../src/providers/registry.ts";
import { configDirectory, loadAt, problemsOf } from "./config-directory.ts";
import { PROVIDERS } from "./providers.ts";

/** One quota of one account; the problem is told for its column on line 2. */
const file = (quota: string) => `accounts:\n  - { name: a, provider: local, quotas: { plan: ${quota} } }\n`;
const FROM = file("").indexOf("plan:") - "accounts:\n".length + "plan: ".length + 1;

async function declare(quota: string) {
  const { path } = await configDirectory(file(quota));
  const [account] = (await loadAt(path, { env: {}, providers: PROVIDERS })).accounts;
  return account;
}

describe("a declared quota", () => {
  it.each([
    [
      "{ unit: requests, limit: 40, kind: rolling, period: 5h, weights: { '*opus*': 5, '*haiku*': 0.2 } }",
      {
        ...{ unit: "requests", limit: 40, enforcement: "hard", countable: true },
        window: { kind: "rolling", minutes: 300, sliding: false },
        weights: [
          { model: "*opus*", factor: 5 },
          { model: "*haiku*", factor: 0.2 },
        ],
      },
    ],
    [
      "{ unit: tokens, limit: 9, kind: rolling, period: 1d, sliding: true, models: [big, '*:free'] }",
      { window: { kind: "rolling", minutes: 1440, sliding: true }, models: ["big", "*:free"], weights: [] },
    ],
    [
      "{ unit: requests, limit: 9, kind: calendar, period: 1d, zone: America/Los_Angeles, enforcement: soft }",
      {
        enforcement: "soft",
        window: { kind: "calendar", period: "day", zone: "America/Los_Angeles", weekStart: "monday" },
      },
    ],
    [
      "{ unit: requests, limit: 9, kind: calendar, period: week, week_start: sunday }",
      { window: { kind: "calendar", period: "week", zone: "UTC", weekStart: "sunday" } },
    ],
    [
      "{ unit: requests, limit: 9, kind: calendar, period: month }",
      { window: { kind: "calendar", period: "month", zone: "UTC", weekStart: "monday" } },
    ],
    [
      "{ unit: usd, limit: 9, kind: credits, expires_at: 2027-02-28 }",
      { countable: false, window: { kind: "credits", expiresAt: new Date("2027-02-28T00:00:00Z") } },
    ],
    [
      "{ unit: cny, limit: 9, kind: credits, weights: { '*': 0.01 }, expires_at: '2028-02-29T23:59:59+08:00' }",
      { countable: true, window: { kind: "credits", expiresAt: new Date("2028-02-29T15:59:59Z") } },
    ],
  ])("is read from %s", async (quota, expected) => {
    expect((await declare(quota))?.declared).toMatchObject([{ quota: "plan", ...expected }]);
  });

  it("keeps what it says of severity, and its limit and period to itself", async () => {
    const account = await declare("{ unit: requests, limit: 40, kind: rolling, period: 5h, severity: warning }");

    expect(account?.overrides).toEqual({ plan: { severity: "warning" } });
  });

  it("is none without a unit: that is what is known better than the provider", async () => {
    const account = await declare("{ limit: 40, period: 5h }");

    expect(account).toMatchObject({ declared: [], overrides: { plan: { limit: 40, periodSeconds: 18_000 } } });
  });

  it("makes an account one that has a quota, whatever its provider says", async () => {
    const account = await declare("{ unit: requests, limit: 40, kind: credits }");

    expect(await account?.read({} as never)).toEqual({ readings: [], metered: true });
  });

  const R = "unit: requests, limit: 9";
  it.each([
    ["{ unit: requests, kind: credits }", "limit", "is missing; a declared quota needs its limit in its own unit"],
    [`{ ${R} }`, "kind", "is missing; a declared quota needs calendar, rolling or credits"],
    [
      `{ ${R}, kind: rolling }`,
      "period",
      "is missing; a rolling quota needs the length of its window here, such as 5h",
    ],
    [
      `{ ${R}, kind: rolling, period: day }`,
      "period",
      "a rolling quota needs the length of its window here, such as 5h",
    ],
    [`{ ${R}, kind: rolling, period: 5m }`, "period", "needs whole minutes from 10m to 34d"],
    [`{ ${R}, kind: rolling, period: 35d }`, "period", "needs whole minutes from 10m to 34d"],
    [`{ ${R}, kind: rolling, period: 601s }`, "period", "needs whole minutes from 10m to 34d"],
    [`{ ${R}, kind: calendar }`, "period", "is missing; a calendar quota needs day, week or month here"],
    [`{ ${R}, kind: calendar, period: 5h }`, "period", "a calendar quota needs day, week or month here"],
    [`{ ${R}, kind: credits, period: 5h }`, "period", "credits have no period; remove it"],
    [
      `{ ${R}, kind: rolling, period: 5h, expires_at: 2027-01-01 }`,
      "expires_at",
      "belongs to kind: credits; remove it",
    ],
    [`{ ${R}, kind: rolling, period: 5h, zone: UTC }`, "zone", "belongs to kind: calendar; remove it"],
    [`{ ${R}, kind: calendar, period: day, sliding: true }`, "sliding", "belongs to kind: rolling; remove it"],
    [
      `{ ${R}, kind: calendar, period: day, week_start: sunday }`,
      "week_start",
      "belongs to a calendar week; remove it",
    ],
    [
      `{ ${R}, kind: calendar, period: day, zone: Europe/Berlni }`,
      "zone",
      "needs the IANA name of a time zone, such as America/Los_Angeles or UTC",
    ],
    [
      `{ ${R}, kind: calendar, period: day, zone: "+02:00" }`,
      "zone",
      "needs the IANA name of a time zone, such as America/Los_Angeles or UTC",
    ],
    [`{ ${R}, kind: credits, weights: { opus: 0 } }`, "weights.opus", "needs more than 0"],
    [`{ ${R}, kind: credits, weights: { opus: -5 } }`, "weights.opus", "needs more than 0"],
    [
      `{ ${R}, kind: credits, expires_at: 2027-02-29 }`,
      "expires_at",
      "needs a date such as 2026-12-31, whose first moment in UTC is meant, or 2026-12-31T18:00:00Z",
    ],
    [
      `{ ${R}, kind: credits, expires_at: soon }`,
      "expires_at",
      "needs a date such as 2026-12-31, whose first moment in UTC is meant, or 2026-12-31T18:00:00Z",
    ],
    [
      "{ unit: usd, limit: 9, kind: credits }",
      "unit",
      "cannot be counted by itself; add weights with the price of a request, or expires_at",
    ],
    [
      "{ unit: usd, limit: 9, kind: credits, weights: { opus: 1 } }",
      "unit",
      'needs the price of a request to any other model; add "*" as the last of weights',
    ],
    [
      "{ unit: credits, limit: 9, kind: rolling, period: 5h }",
      "unit",
      "can only be declared with kind: credits; a window is counted in requests or tokens",
    ],
    ["{ limit: 9, weights: { opus: 5 } }", "weights", "belongs to a declared quota; add unit, such as unit: requests"],
    [
      "{ period: month }",
      "period",
      "needs a duration such as 30d; a period of the calendar is for a declared quota, which has a unit",
    ],
    [
      "{ unit: request, limit: 9, kind: credits }",
      "unit",
      "needs requests, tokens, input_tokens, output_tokens, credits, usd or cny",
    ],
  ])("is refused for %s", async (quota, key, problem) => {
    const [found, ...more] = await problemsOf(file(quota));

    expect(more).toEqual([]);
    const [, column = "", text] = /^config\.yaml:2:(\d+): (.*)$/.exec(found ?? "") ?? [];
    expect(text).toBe(`accounts.0.quotas.plan.${key}: ${problem}`);
    // At the value, or where a key is missing at the quota.
    const value = problem.startsWith("is missing") ? 0 : quota.indexOf(`${key.replace("weights.", "")}: `);
    expect(Number(column)).toBeGreaterThanOrEqual(FROM + Math.max(0, value));
  });
});

const example = await readFile(new URL("../../config.example.yaml", import.meta.url), "utf8");
const packages = [...example.matchAll(/^ {2}# (\d+) of 11: .*\n((?: {2}#.*\n)+)/gm)].map(([, number, text = ""]) => ({
  number: Number(number),
  text: text.replaceAll(/^ {2}#/gm, "  "),
}));

describe("config.example.yaml", () => {
  it("has a template of eleven packages", () => {
    expect(packages.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it.each(packages)("offers package $number in a form that loads and declares all of its quotas", async ({ text }) => {
    const yaml = `accounts:\n${text}`;
    const { path } = await configDirectory(yaml);
    const { accounts } = await loadAt(path, { env: {}, providers: REAL });
    const written = parseYaml(yaml) as { accounts: [{ quotas: object }] };

    expect(accounts).toHaveLength(1);
    expect(accounts[0]?.declared.map(({ quota }) => quota)).toEqual(Object.keys(written.accounts[0].quotas));
  });

  it("loads with all of them at once", async () => {
    const { path } = await configDirectory(`accounts:\n${packages.map(({ text }) => text).join("\n")}`);

    expect((await loadAt(path, { env: {}, providers: REAL })).accounts).toHaveLength(11);
  });
});
