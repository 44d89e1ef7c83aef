import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import balances from "./fixtures/balances.200.json" with { type: "json" };
import several from "./fixtures/balances.200.several.json" with { type: "json" };
import projects from "./fixtures/projects.200.json" with { type: "json" };

const ID = "deepgram";
const PROJECTS = "GET /v1/projects";
const BALANCES = `GET /v1/projects/${projects.projects[0]?.project_id}/balances`;
const given = (body: unknown) => ({ [PROJECTS]: { body: projects }, [BALANCES]: { body } });
const ofUnits = (...list: readonly object[]) => given({ balances: list });
const hours = { quota: "balance_seconds", kind: "credits", unit: "seconds", ...common } as const;
const dollars = { quota: "balance", kind: "credits", unit: "usd", ...common } as const;

describe("deepgram", () => {
  it("finds the project of the key, and reads its balance", async () => {
    expect(await readPreset(ID, given(balances))).toEqual({
      metered: true,
      readings: [{ ...dollars, remaining: 187.25 }],
    });
  });

  it("adds only the balances that are in dollars, however those are written", async () => {
    expect((await quotasOf(ID, given(several)))["balance"]).toEqual({ ...dollars, remaining: 227.75 });
  });

  it("sends its key after the word Token in both calls, and no bearer", async () => {
    nock("https://api.deepgram.com", { reqheaders: { authorization: `Token ${KEY}` } })
      .get("/v1/projects")
      .reply(200, projects)
      .get(BALANCES.slice(4))
      .reply(200, balances);

    expect(await readPreset(ID, {})).toMatchObject({ metered: true });
  });

  it("asks for no project where the config names it", async () => {
    const settings = { project_id: "p-2" };

    expect(await quotasOf(ID, { "GET /v1/projects/p-2/balances": { body: balances } }, { settings })).toMatchObject({
      balance: { remaining: 187.25 },
    });
  });

  it("does not choose one of several projects", async () => {
    const body = { projects: [...projects.projects, { project_id: "p-2", name: "other" }] };

    expect(await failureOf(ID, { [PROJECTS]: { body } })).toBe(
      "client: GET api.deepgram.com/v1/projects answered 200, and that it failed: " +
        "the key sees several projects: say which by project_id",
    );
  });

  it("says that a key sees no project", async () => {
    expect(await failureOf(ID, { [PROJECTS]: { body: { projects: [] } } })).toMatch(
      /^not_entitled: .*the key sees no project$/,
    );
  });

  it.each([["../.."], ["a/b"], [""], [null]])("goes nowhere with %j for the id of the project", async (project_id) => {
    expect(await failureOf(ID, { [PROJECTS]: { body: { projects: [{ project_id }] } } })).toMatch(/^malformed: /);
  });

  it.each<[name: string, list: readonly object[]]>([
    ["none", []],
    ["only one of an unknown unit", [{ amount: 12 }, { amount: 13, units: null }]],
  ])("gives no reading, rather than zero, for a list of balances with %s", async (_name, list) => {
    expect(await readPreset(ID, ofUnits(...list))).toEqual({ metered: true, readings: [] });
  });

  it.each(["hour", "hours", "Hours"])(
    "reads %s of an older plan in seconds, and does not add them to dollars",
    async (units) => {
      expect(await quotasOf(ID, ofUnits({ amount: 1.5, units }, { amount: 0.5, units: "hours" }))).toEqual({
        balance_seconds: { ...hours, remaining: 7200 },
      });
    },
  );

  it.each([
    ["soft while dollars are left", 40, "soft"],
    ["hard where those are gone", 0, "hard"],
    ["hard where those are unknown", null, "hard"],
  ])("hours are %s", async (_name, amount, enforcement) => {
    expect(await quotasOf(ID, ofUnits({ amount, units: "usd" }, { amount: 0, units: "hours" }))).toMatchObject({
      balance: { enforcement: "hard" },
      balance_seconds: { remaining: 0, enforcement },
    });
  });

  it.each([undefined, null])("shows no number for hours that are %s", async (amount) => {
    expect(await quotasOf(ID, ofUnits({ amount, units: "hours" }))).toEqual({
      balance_seconds: { ...hours, confidence: "degraded" },
    });
  });

  it("gives no reading for null in place of the list", async () => {
    expect((await readPreset(ID, given({ balances: null }))).readings).toEqual([]);
  });

  it.each<[name: string, list: readonly object[], remaining: number]>([
    ["an empty balance is 0", [{ amount: 0, units: "usd" }], 0],
    ["an overdrawn one is below 0", [{ amount: -2.5, units: "usd" }], -2.5],
    ["one without an amount adds nothing to the others", [{ units: "usd" }, { amount: 4, units: "usd" }], 4],
    ["amounts in texts are numbers", [{ amount: "1.5", units: "usd" }], 1.5],
    ["it needs no ids", [{ amount: 1, units: "USD" }], 1],
  ])("%s", async (_name, list, remaining) => {
    expect(await quotasOf(ID, ofUnits(...list))).toMatchObject({ balance: { remaining, confidence: "reported" } });
  });

  it.each<[name: string, list: readonly object[]]>([
    ["the only amount is missing", [{ balance_id: "b-1", units: "usd" }]],
    ["the only amount is null", [{ amount: null, units: "usd" }]],
    [
      "one of several amounts is null",
      [
        { amount: 4, units: "usd" },
        { amount: null, units: "usd" },
      ],
    ],
  ])("shows no number where %s", async (_name, list) => {
    expect(await quotasOf(ID, ofUnits(...list))).toEqual({ balance: { ...dollars, confidence: "degraded" } });
  });

  it("is malformed with an amount that is no number", async () => {
    expect(await failureOf(ID, ofUnits({ amount: "much", units: "usd" }))).toMatch(/^malformed: .*\$\.balances/);
  });

  it.each([
    ["older", { err_code: "INSUFFICIENT_PERMISSIONS", err_msg: "invented", request_id: "r-1" }],
    ["newer", { category: "INSUFFICIENT_PERMISSIONS", message: "invented", details: "", request_id: "r-1" }],
  ])("says what a key lacks that may not read balances, in the %s form of errors", async (_form, body) => {
    expect(await failureOf(ID, { [PROJECTS]: { body: projects }, [BALANCES]: { status: 403, body } })).toMatch(
      /^auth: .*answered 403: reading balances needs a key with a billing scope$/,
    );
  });

  it.each([
    [400, "client"],
    [401, "auth"],
    [403, "auth"],
    [429, "rate_limited"],
  ])("judges a %i for the projects by its status", async (status, reason) => {
    const body = { err_code: "INVALID_AUTH", err_msg: "invented", request_id: "r-1" };

    expect(await failureOf(ID, { [PROJECTS]: { status, body } })).toMatch(new RegExp(`^${reason}: (?!.*billing)`));
  });
});
