import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { load, problemsOf } from "./config-directory.ts";

const ENV = { KEY: "planted-0123456789" };

/** An account whose keys stand in lines of their own, as people write them. */
function fileOf(parts: Readonly<Record<string, string>>): string {
  const keys = {
    name: "acme",
    provider: "http_json",
    base_url: "https://api.acme.example",
    api_key_env: "KEY",
    request: "{ path: /v1/usage }",
    readings: "[{ quota: daily, kind: calendar, unit: requests, remaining: data.left }]",
    ...parts,
  };
  const lines = Object.entries(keys).map(([key, text]) => `    ${key}: ${text}`);
  return `accounts:\n  -\n${lines.join("\n")}\n`;
}

const problems = (parts: Readonly<Record<string, string>>) =>
  problemsOf(fileOf(parts), { env: ENV, providers: PROVIDERS });

/** The request is on line 7, and its parts begin at column 14. */
const inRequest = async (text: string) => problems({ request: text });
/** The readings are on line 8; of the one reading the quota is told. */
const inReading = async (text: string) =>
  problems({ readings: `[{ quota: daily, kind: calendar, unit: requests, ${text} }]` });

describe("an account of http_json", () => {
  it("is ten lines", async () => {
    const text = fileOf({});

    expect(text.trim().split("\n").length).toBeLessThanOrEqual(10);
    const { accounts } = await load(text, { env: ENV, providers: PROVIDERS });
    expect(accounts.map(({ account, host }) => [account, host])).toEqual([["acme", "api.acme.example"]]);
    expect(accounts[0]?.mapping?.()).toMatchObject({
      request: { path: "/v1/usage", method: "GET" },
      readings: [{ quota: { is: "daily" }, remaining: "data.left" }],
    });
  });

  it.each([
    ["without an end", "remaining: data.(left", "it ends too early, a bracket may be missing, near character 10"],
    ["with a text that is not closed", `remaining: "data['left]"`, "a text has no closing quote, near character 11"],
    [
      "with something left over",
      "remaining: data.left here",
      "something is left over after its end, near character 14",
    ],
  ])("has no expression %s", async (_what, text, says) => {
    expect(await inReading(text)).toEqual([
      `config.yaml:8:75: accounts.0.readings.0.remaining: is no JSONata expression: ${says}`,
    ]);
  });

  it.each([
    ["that is empty", "remaining: ''", "is empty; needs a JSONata expression such as data.remaining"],
    ["with an unknown function", "remaining: $summ(a)", 'uses $summ, which does not exist: did you mean "sum"?'],
    ["with a function without its $", "remaining: sum(a)", "calls sum; functions begin with $: $sum(…)"],
    ["that runs text as code", "remaining: $eval(a)", "uses $eval, which is not available here"],
    ["that is another at each read", "remaining: $random()", "uses $random, which is not available here"],
    ["that is too long", `remaining: ${"a+".repeat(1000)}a`, "is longer than 2000 characters"],
  ])("has no expression %s", async (_what, text, says) => {
    expect(await inReading(text)).toEqual([`config.yaml:8:75: accounts.0.readings.0.remaining: ${says}`]);
  });

  it.each([
    [
      "a share of what is counted",
      "percent_used: p",
      "8:78: accounts.0.readings.0.percent_used: is a share; needs unit: ratio",
    ],
    [
      "the same share twice",
      "unit: ratio, percent_used: p, fraction_used: f",
      "8:93: accounts.0.readings.0.fraction_used: says the same as percent_used; keep one of the two",
    ],
    [
      "an amount where only shares are told",
      "unit: ratio, remaining: left",
      "8:72: accounts.0.readings.0.remaining: has no meaning with unit: ratio; needs percent_used, fraction_remaining or the like",
    ],
    [
      "nothing about what is left",
      "limit: '100'",
      "8:25: accounts.0.readings.0.quota: needs what is left of it: remaining, used, a share such as percent_used, unlimited_when or refused_when",
    ],
    [
      "a reset told twice",
      "remaining: a, reset_at: b, reset: { every: day }",
      "8:98: accounts.0.readings.0.reset: says the same as reset_at; keep one of the two",
    ],
    [
      "a zone that is none",
      "remaining: a, reset: { every: day, zone: Mars/Base }",
      "8:105: accounts.0.readings.0.reset.zone: needs the IANA name of a time zone, such as America/New_York or UTC",
    ],
  ])("has no reading with %s", async (_what, text, says) => {
    const readings = text.startsWith("unit")
      ? `[{ quota: daily, kind: calendar, ${text} }]`
      : `[{ quota: daily, kind: calendar, unit: requests, ${text} }]`;

    expect(await problems({ readings })).toEqual([`config.yaml:${says}`]);
  });

  it.each([
    [
      "to another host",
      "{ path: //evil.example/v1 }",
      "names another host; needs a path below base_url such as /v1/usage",
    ],
    [
      "that is an address",
      "{ path: 'https://evil.example/v1' }",
      "names another host; needs a path below base_url such as /v1/usage",
    ],
    ["with a query", "{ path: '/v1/usage?key=1' }", "has a query; put its parts under request.query"],
    ["that goes up", "{ path: /v1/../admin }", "must not have . or .. in it"],
    [
      "without a slash",
      "{ path: v1/usage }",
      "needs a path below base_url that begins with a slash, such as /v1/usage",
    ],
    [
      "with a user",
      "{ path: '/@evil.example\\u0000' }",
      "needs a path below base_url that begins with a slash, such as /v1/usage",
    ],
  ])("has no path %s", async (_what, request, says) => {
    expect(await inRequest(request)).toEqual([`config.yaml:7:22: accounts.0.request.path: ${says}`]);
  });

  it.each([
    [
      "a header that may hold a key",
      "{ path: /a, headers: { x-api-key: abc } }",
      "7:48: accounts.0.request.headers.…: may hold a key, which never stands in this file; auth says how the key of the account is sent",
    ],
    [
      "a query that may hold a key",
      "{ path: /a, query: { api_key: abc } }",
      "7:44: accounts.0.request.query.api_key: may hold a key, which never stands in this file; auth says how the key of the account is sent",
    ],
    [
      "a body with GET",
      "{ path: /a, body: { a: 1 } }",
      "7:14: accounts.0.request.method: is missing; needs to be POST, as there is a body",
    ],
    [
      "a way to send a key that is none",
      "{ path: /a, auth: digest }",
      "7:32: accounts.0.request.auth: needs one of bearer, raw, token, key, basic, none, or header:NAME such as header:x-api-key, or body:NAME",
    ],
    [
      "a placeholder that nothing fills",
      "{ path: '/orgs/{org}/usage' }",
      "7:14: accounts.0.request: nothing fills {org}; name it under variables, or set it in a step of before",
    ],
    [
      "a key twice",
      "{ path: /a, path: /b }",
      '7:26: accounts.0.request.path: key "path" stands on line 7 already; keep one of the two',
    ],
    [
      "a key that is unknown",
      "{ path: /a, metod: GET }",
      '7:26: accounts.0.request.metod: unknown key "metod", did you mean "method"?',
    ],
    [
      "no path",
      "{ method: GET }",
      "7:14: accounts.0.request.path: is missing; needs a path below base_url such as /v1/usage",
    ],
  ])("has no request with %s", async (_what, request, says) => {
    expect(await inRequest(request)).toEqual([`config.yaml:${says}`]);
  });

  it("has at most 32 rules for readings, and at least one", async () => {
    const rule = (index: number) => `{ quota: q${index}, kind: credits, unit: usd, remaining: a }`;
    const readings = (count: number) => `[${Array.from({ length: count }, (_, index) => rule(index)).join(", ")}]`;

    expect((await load(fileOf({ readings: readings(32) }), { env: ENV, providers: PROVIDERS })).accounts).toHaveLength(
      1,
    );
    expect(await problems({ readings: readings(33) })).toEqual([
      "config.yaml:8:15: accounts.0.readings: needs at most 32",
    ]);
    expect(await problems({ readings: "[]" })).toEqual(["config.yaml:8:15: accounts.0.readings: needs at least 1"]);
  });

  it("has no two quotas with one id that every answer would have", async () => {
    const rule = (when = "") => `{ quota: daily, kind: credits, unit: usd, remaining: a${when} }`;

    expect(await problems({ readings: `[${rule()}, ${rule()}]` })).toEqual([
      "config.yaml:8:83: accounts.0.readings.1.quota: is the id of readings.0 too; give it another, or say with when which of the two an answer has",
    ]);
  });

  it.each([
    ["where each says when there is one", ", when: a = 1", ", when: a = 2", "daily", "daily"],
    ["where one says it", "", ", when: a = 2", "daily", "daily"],
    ["where the answer names them", "", "", "=name", "=name"],
    ["where the ids differ", "", "", "daily", "weekly"],
  ])("may have two readings %s", async (_what, one, other, id, otherId) => {
    const rule = (quota: string, when: string) =>
      `{ quota: "${quota}", kind: credits, unit: usd, remaining: a${when} }`;
    const readings = `[${rule(id, one)}, ${rule(otherId, other)}]`;

    expect((await load(fileOf({ readings }), { env: ENV, providers: PROVIDERS })).accounts).toHaveLength(1);
  });

  it.each([
    [
      "an expression that is a list",
      "remaining: [a]",
      "75: accounts.0.readings.0.remaining: needs a JSONata expression such as data.remaining",
    ],
    [
      "a day that is none",
      "remaining: a, reset: { every: week, on: someday }",
      "104: accounts.0.readings.0.reset.on: needs a weekday such as monday, or a day of the month from 1 to 31",
    ],
    [
      "models that are no list",
      "remaining: a, models: {}",
      "86: accounts.0.readings.0.models: needs a list of names, or an expression that gives one",
    ],
  ])("says what would be right of %s", async (_what, text, says) => {
    expect(await inReading(text)).toEqual([`config.yaml:8:${says}`]);
  });

  it("needs an address", async () => {
    const text = fileOf({}).replace(/ {4}base_url.*\n/, "");

    expect(await problemsOf(text, { env: ENV, providers: PROVIDERS })).toEqual([
      "config.yaml:3:5: accounts.0: the provider http_json has no address of its own; name it with base_url",
    ]);
  });
});
