import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import nock from "nock";
import { describe, expect, it } from "vitest";
import { createHttpClient } from "../../../src/http/undici-client.ts";
import type { Trace } from "../../../src/mapping/trace.ts";
import { prometheus } from "../../../src/providers/prometheus/prometheus.ts";
import { NOW, readAccount } from "../read-account.ts";
import empty from "./fixtures/query.200.empty.json" with { type: "json" };
import histogram from "./fixtures/query.200.histogram.json" with { type: "json" };
import vector from "./fixtures/query.200.json" with { type: "json" };
import range from "./fixtures/query.200.range.json" with { type: "json" };
import scalar from "./fixtures/query.200.scalar.json" with { type: "json" };
import warnings from "./fixtures/query.200.warnings.json" with { type: "json" };
import badData from "./fixtures/query.400.bad-data.json" with { type: "json" };
import execution from "./fixtures/query.422.execution.json" with { type: "json" };

const HOST = "https://metrics.example";
const LITELLM = fixture("metrics.200.txt");
const OPENMETRICS = fixture("metrics.200.openmetrics.txt");

function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
}

const BUDGET = { quota: "budget", kind: "calendar", unit: "usd" };
const READ = { ...BUDGET, readAt: NOW, enforcement: "hard", source: "api", confidence: "reported" };

function read(settings: object, apiKey?: string) {
  return readAccount({ ...prometheus, baseUrl: HOST }, apiKey, settings);
}

/** One reading of a page. */
async function scraped(rule: object, page = LITELLM, headers: Record<string, string> = {}) {
  nock(HOST)
    .get("/metrics")
    .reply(200, page, { "content-type": "text/plain; version=0.0.4; charset=utf-8", ...headers });
  const { readings } = await read({ readings: [{ ...BUDGET, ...rule }] });
  return readings[0];
}

/** One reading of a server that answers everything alike. */
async function queried(answer: object, rule: object = { remaining: "left" }, status = 200) {
  nock(HOST).persist().get("/api/v1/query").query(true).reply(status, answer);
  try {
    const { readings } = await read({ from: "server", readings: [{ ...BUDGET, ...rule }] });
    return readings[0];
  } finally {
    nock.cleanAll();
  }
}

const left = (value: string) => `left ${value}\n`;
const vectorOf = (value: string) => ({
  status: "success",
  data: { resultType: "vector", result: [{ metric: {}, value: [1, value] }] },
});

describe("prometheus from a page of metrics", () => {
  it("reads the budget of a LiteLLM key, with its reset out of hours", async () => {
    const rule = {
      limit: 'litellm_api_key_max_budget_metric{api_key_alias="ci"}',
      remaining: 'litellm_remaining_api_key_budget_metric{api_key_alias="ci"}',
      reset_in: 'litellm_api_key_budget_remaining_hours_metric{api_key_alias="ci"} * 3600',
      period: "30d",
    };

    expect(await scraped(rule)).toEqual({
      ...READ,
      limit: 50,
      remaining: 31.58,
      resetAt: new Date("2026-11-30T00:00:00Z"),
      periodSeconds: 2_592_000,
    });
  });

  it("reads several quotas by one call", async () => {
    nock(HOST).get("/metrics").reply(200, LITELLM);
    const remaining = (alias: string) => `litellm_remaining_api_key_budget_metric{api_key_alias="${alias}"}`;

    const answer = await read({
      readings: [
        { ...BUDGET, remaining: remaining("ci") },
        { quota: "batch", kind: "credits", unit: "usd", enforcement: "soft", remaining: remaining("batch") },
      ],
    });

    expect(answer).toEqual({
      metered: true,
      readings: [
        { ...READ, remaining: 31.58 },
        { ...READ, quota: "batch", kind: "credits", enforcement: "soft", remaining: 4.2 },
      ],
    });
  });

  it("asks for the text format, with the key if there is one", async () => {
    const call = nock(HOST)
      .get("/metrics")
      .matchHeader("accept", /^text\/plain;version=0\.0\.4/)
      .matchHeader("authorization", "Bearer invented-key")
      .reply(200, left("7"));

    await read({ readings: [{ ...BUDGET, remaining: "left" }] }, "invented-key");

    expect(call.isDone()).toBe(true);
  });

  it("asks at another path if told to", async () => {
    nock(HOST).get("/actuator/prometheus").reply(200, left("7"));

    const { readings } = await read({ path: "/actuator/prometheus", readings: [{ ...BUDGET, remaining: "left" }] });

    expect(readings).toEqual([{ ...READ, remaining: 7 }]);
  });

  it("reads OpenMetrics, with its times and exemplars", async () => {
    const headers = { "content-type": "application/openmetrics-text; version=1.0.0; charset=utf-8" };

    expect(await scraped({ unit: "ratio", percent_used: "plan_seats_used" }, OPENMETRICS, headers)).toMatchObject({
      unit: "ratio",
      limit: 1,
      remaining: 0.375,
    });
    expect(await scraped({ unit: "requests", used: "requests_total" }, OPENMETRICS, headers)).toMatchObject({
      used: 120,
    });
  });

  it("does not take a page of OpenMetrics for whole that has no end", async () => {
    const headers = { "content-type": "application/openmetrics-text; version=1.0.0" };

    await expect(scraped({ remaining: "left" }, left("12"), headers)).rejects.toMatchObject({
      reason: "malformed",
      message: "GET metrics.example/metrics answered a page that is cut short",
    });
  });

  it.each<[what: string, remaining: string, message: string]>([
    [
      "several samples",
      "litellm_remaining_api_key_budget_metric",
      "budget.remaining: litellm_remaining_api_key_budget_metric matches 3 samples: add a label",
    ],
    [
      "no sample of a metric that there is",
      'litellm_remaining_api_key_budget_metric{api_key_alias="CI"}',
      'budget.remaining: litellm_remaining_api_key_budget_metric{api_key_alias="CI"} matches nothing: none of the 3 with that name has such labels',
    ],
    [
      "a metric that there is not",
      "litellm_remaining_budget",
      "budget.remaining: litellm_remaining_budget matches nothing: there is no such metric",
    ],
  ])("is malformed for %s, and says which reading and why", async (_what, remaining, message) => {
    await expect(scraped({ remaining })).rejects.toMatchObject({
      reason: "malformed",
      message: `GET metrics.example/metrics answered other metrics: ${message}`,
    });
  });

  it("names three problems at most, and how many more there are", async () => {
    nock(HOST).get("/metrics").reply(200, LITELLM);
    const readings = ["a", "b", "c", "d", "e"].map((quota) => ({ ...BUDGET, quota, remaining: `missing_${quota}` }));

    await expect(read({ readings })).rejects.toThrow(/a\.remaining.*b\.remaining.*c\.remaining.*; and 2 more$/);
  });

  it("is malformed for a value that is none, by its line and never by its text", async () => {
    const error: unknown = await scraped({ remaining: "left" }, "up 1\nleft planted\n").catch((caught) => caught);

    expect(error).toMatchObject({
      reason: "malformed",
      message: "GET metrics.example/metrics answered a page whose line 2 is no sample",
    });
    expect(inspect(error, { depth: null })).not.toContain("planted");
  });

  it("is malformed for a web page", async () => {
    await expect(scraped({ remaining: "left" }, "<html>", { "content-type": "text/html" })).rejects.toMatchObject({
      reason: "malformed",
      message: "GET metrics.example/metrics answered HTML, not plain text: check base_url",
    });
  });

  it.each<[what: string, time: string, isKnown: boolean]>([
    ["ten minutes old", "1795261800000", true],
    ["twenty minutes old", "1795261200000", false],
    ["twenty minutes old, in seconds", "1795261200", false],
    ["ahead of us", "1795263000000", true],
  ])("takes a sample with a time of its own that is %s as told: %s", async (_what, time, isKnown) => {
    const reading = await scraped({ remaining: "left" }, left(`7 ${time}`));

    expect(reading).toEqual(isKnown ? { ...READ, remaining: 7 } : { ...READ, confidence: "degraded" });
  });
});

describe("a value of prometheus", () => {
  it.each(["NaN", "+Inf", "-Inf", "1e999"])("that is %s leaves the quota degraded, without numbers", async (value) => {
    const rule = { limit: "limit", remaining: "left" };

    expect(await scraped(rule, `limit 10\n${left(value)}`)).toEqual({ ...READ, confidence: "degraded" });
    expect(await scraped(rule, `limit ${value}\n${left("5")}`)).toEqual({ ...READ, confidence: "degraded" });
  });

  it("that is no number leaves the other quotas as they are", async () => {
    nock(HOST).get("/metrics").reply(200, "a NaN\nb 5\n");
    const readings = ["a", "b"].map((id) => ({ ...BUDGET, quota: id, remaining: id }));

    expect(await read({ readings })).toMatchObject({
      readings: [
        { quota: "a", confidence: "degraded" },
        { quota: "b", remaining: 5 },
      ],
    });
  });

  it("of a key without a budget, which LiteLLM tells as infinite, is unknown", async () => {
    const remaining = 'litellm_remaining_api_key_budget_metric{api_key_alias="open"}';

    expect(await scraped({ remaining })).toEqual({ ...READ, confidence: "degraded" });
  });

  it.each<[rule: object, page: string, expected: object]>([
    [{ remaining: "left" }, "left -2", { remaining: -2 }],
    [{ remaining: "left" }, "left 0", { remaining: 0 }],
    [{ used: "used" }, "used 3", { used: 3 }],
    [{ limit: "limit", used: "used" }, "limit 10\nused 3", { limit: 10, used: 3 }],
    [{ limit: "limit", used: "used" }, "limit 10\nused 12", { limit: 10, remaining: -2 }],
    [{ limit: "limit", remaining: "left", used: "used" }, "limit 10\nleft 7\nused 3", { limit: 10, remaining: 7 }],
    [{ unit: "ratio", fraction_remaining: "share" }, "share 0.25", { limit: 1, remaining: 0.25 }],
    [{ unit: "ratio", fraction_used: "share" }, "share 0.25", { limit: 1, remaining: 0.75 }],
    [{ unit: "ratio", fraction_used: "share" }, "share 1.5", { limit: 1, remaining: -0.5 }],
    [{ unit: "ratio", percent_remaining: "share" }, "share 25", { limit: 1, remaining: 0.25 }],
    [{ unit: "ratio", percent_used: "share" }, "share 120", { limit: 1, remaining: -0.2 }],
  ])("by %j out of %j gives %j", async (rule, page, expected) => {
    const { limit, remaining, used } = (await scraped(rule, `${page}\n`)) ?? {};

    expect({ limit, remaining, used }).toEqual({
      limit: undefined,
      remaining: undefined,
      used: undefined,
      ...expected,
    });
  });

  it.each<[rule: object, message: string]>([
    [{ limit: "neg", remaining: "left" }, "budget.limit: neg gives a number that is no limit, as it is below 0"],
    [{ used: "neg" }, "budget.used: neg gives a number that is no use, as it is below 0"],
    [
      { unit: "ratio", fraction_used: "left" },
      "budget.fraction_used: left gives a number that is no share from 0 to 1",
    ],
    [{ unit: "ratio", fraction_remaining: "left" }, "no share from 0 to 1; there are keys for percents"],
    [{ unit: "ratio", percent_used: "left * 100" }, "budget.percent_used: left * 100 gives a number that is no share"],
    [{ remaining: "left", reset_at: "left" }, "budget.reset_at: left gives a number that is no time in epoch seconds"],
    [{ remaining: "left", expires_at: "left" }, "budget.expires_at: left gives a number that is no time"],
    [{ remaining: "left", reset_in: "left * 1e9" }, "gives a number that is no time in seconds until a reset"],
  ])("in the wrong unit is malformed and named: %j", async (rule, message) => {
    await expect(scraped(rule, `left 37\nneg -1\n`)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining(message),
    });
  });

  it.each<[rule: object, value: string, expected: object]>([
    [{ reset_at: "time" }, "1795305600", { resetAt: new Date("2026-11-22T00:00:00Z") }],
    [{ reset_at: "time" }, "1.7953056e+09", { resetAt: new Date("2026-11-22T00:00:00Z") }],
    [{ reset_at: "time / 1000" }, "1795305600000", { resetAt: new Date("2026-11-22T00:00:00Z") }],
    [{ reset_at: "time" }, "1795305600000", { resetAt: new Date("2026-11-22T00:00:00Z") }],
    [{ reset_at: "time" }, "1795219200", { resetAt: new Date("2026-11-21T00:00:00Z") }],
    [{ reset_at: "time" }, "0", {}],
    [{ reset_at: "time" }, "NaN", {}],
    [{ reset_in: "time" }, "43200", { resetAt: new Date("2026-11-22T00:00:00Z") }],
    [{ reset_in: "time * 3600" }, "12.5", { resetAt: new Date("2026-11-22T00:30:00Z") }],
    [{ reset_in: "time" }, "0", {}],
    [{ reset_in: "time" }, "-1", {}],
    [{ reset_in: "time" }, "+Inf", {}],
    [{ expires_at: "time" }, "1798675200", { expiresAt: new Date("2026-12-31T00:00:00Z") }],
    [{ expires_at: "time" }, "0", {}],
    [{ expires_at: "time" }, "+Inf", {}],
  ])("for a time, %j of %s, gives %j", async (rule, value, expected) => {
    expect(await scraped({ remaining: "left", ...rule }, `left 7\ntime ${value}\n`)).toEqual({
      ...READ,
      remaining: 7,
      ...expected,
    });
  });

  it("has the window, the models and the part that the config says", async () => {
    const config = { kind: "rolling", period: "5h", sliding: true, models: ["invented-1"], partial: true };

    expect(await scraped({ remaining: "left", ...config }, left("7"))).toEqual({
      ...READ,
      kind: "rolling",
      periodSeconds: 18_000,
      sliding: true,
      remaining: 7,
      models: ["invented-1"],
      partial: true,
    });
  });
});

describe("prometheus from a Prometheus server", () => {
  it("asks one question for each expression, and each once", async () => {
    const asked: unknown[] = [];
    nock(HOST)
      .persist()
      .get("/api/v1/query")
      .query((query) => asked.push(query["query"]) > 0)
      .matchHeader("authorization", "Bearer invented-key")
      .reply(200, vector);
    const expression = 'sum by (team) (budget{team="search"}) - 5';
    const readings = [
      { ...BUDGET, limit: "scalar(cap)", remaining: expression },
      { ...BUDGET, quota: "other", kind: "credits", remaining: expression },
    ];

    const answer = await read({ from: "server", readings }, "invented-key");
    nock.cleanAll();

    expect(asked).toEqual(["scalar(cap)", expression]);
    expect(answer.readings).toEqual([
      { ...READ, limit: 412.5, remaining: 412.5 },
      { ...READ, quota: "other", kind: "credits", remaining: 412.5 },
    ]);
  });

  it("asks below a prefix if told to", async () => {
    nock(HOST).get("/prometheus/api/v1/query?query=left").reply(200, vector);

    const rule = { ...BUDGET, remaining: "left" };
    const { readings } = await read({ from: "server", path: "/prometheus/api/v1/query", readings: [rule] });

    expect(readings).toEqual([{ ...READ, remaining: 412.5 }]);
  });

  it.each<[what: string, answer: object, remaining: number]>([
    ["a vector of one sample", vector, 412.5],
    ["a scalar", scalar, 500],
    ["a remark that means no harm", { ...scalar, infos: ["invented"] }, 500],
    ["an empty list of warnings", { ...scalar, warnings: [] }, 500],
    ["a number as Go writes it", vectorOf("1.25e+02"), 125],
  ])("takes %s", async (_what, answer, remaining) => {
    expect(await queried(answer)).toEqual({ ...READ, remaining });
  });

  it.each<[what: string, answer: object]>([
    ["NaN", vectorOf("NaN")],
    ["infinite", vectorOf("+Inf")],
    ["one that the server warns of", warnings],
  ])("leaves a quota degraded whose value is %s", async (_what, answer) => {
    expect(await queried(answer)).toEqual({ ...READ, confidence: "degraded" });
  });

  it.each<[what: string, answer: object, message: string]>([
    [
      "nothing, as of a series that has ended",
      empty,
      "answered nothing where one value is needed, to budget.remaining: left",
    ],
    [
      "several samples",
      { status: "success", data: { resultType: "vector", result: [...vector.data.result, ...vector.data.result] } },
      "answered 2 samples where one value is needed, to budget.remaining: left",
    ],
    ["a range", range, "$.data.resultType: "],
    ["a histogram", histogram, "$.data.result[0].value: "],
    ["a text", { status: "success", data: { resultType: "string", result: [1, "planted"] } }, "$.data.resultType: "],
    ["a value that is no number", vectorOf("planted"), "$.data.result[0].value[1]: expected a number in a string"],
    ["an error with status 200", badData, "$.status: "],
  ])("is malformed for %s, and names the reading and the expression", async (_what, answer, message) => {
    const error: unknown = await queried(answer).catch((caught) => caught);

    expect(error).toMatchObject({ name: "UpstreamError", reason: "malformed" });
    expect(String(error)).toContain(message);
    expect(String(error)).toContain("budget.remaining: left");
    expect(inspect(error, { depth: null })).not.toContain("planted");
  });

  it.each<[what: string, status: number, answer: object, reason: string, message: string]>([
    ["a mistake in the expression", 400, badData, "client", "answered 400: it cannot evaluate budget.remaining: left"],
    ["series that do not fit", 422, execution, "client", "answered 422: it cannot evaluate budget.remaining: left"],
    ["a refused credential", 401, { error: "planted" }, "auth", "answered 401: the credential is refused"],
    [
      "a server that gives up",
      503,
      { status: "error", errorType: "timeout", error: "planted" },
      "server",
      "answered 503",
    ],
    ["an address that is none", 404, { error: "planted" }, "client", "answered 404: check base_url"],
  ])("fails for %s", async (_what, status, answer, reason, message) => {
    const error: unknown = await queried(answer, { remaining: "left" }, status).catch((caught) => caught);

    expect(error).toMatchObject({ reason, status, message: `GET metrics.example/api/v1/query ${message}` });
    expect(inspect(error, { depth: null })).not.toContain("planted");
  });

  it("shows a long expression in one line, and not to its end", async () => {
    const remaining = `sum(\n  ${"a + ".repeat(100)}b)`;

    const error: unknown = await queried(empty, { remaining }).catch((caught) => caught);

    expect(String(error)).toMatch(/ to budget\.remaining: sum\( a \+ .{100,160}…$/);
  });
});

it("explains what each expression found, and why one found nothing", async () => {
  nock(HOST).get("/metrics").reply(200, "limit 10\nleft NaN\nold 5 1795219200\n");
  const traces: Trace[] = [];
  const readings = [
    { ...BUDGET, limit: "limit / 2", remaining: "left" },
    { ...BUDGET, quota: "other", remaining: "old", reset_in: "limit" },
  ];
  const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
  const bound = prometheus.connect({ baseUrl: HOST, apiKey: undefined }, { readings });

  await bound({ http, signal: AbortSignal.timeout(5000), now: NOW, explain: (trace) => traces.push(trace) });
  await http.close();

  const at = "/metrics";
  expect(traces).toEqual([
    { field: "readings.0.limit", quota: "budget", expression: "limit / 2", at, outcome: "value", told: "5" },
    {
      field: "readings.0.remaining",
      quota: "budget",
      expression: "left",
      at,
      outcome: "null",
      told: "is NaN or infinite",
    },
    {
      ...{ field: "readings.1.remaining", quota: "other", expression: "old", at },
      ...{ outcome: "null", told: "has a time more than 15 min ago" },
    },
    { field: "readings.1.reset_in", quota: "other", expression: "limit", at, outcome: "value", told: "10" },
  ]);
});

describe("the settings of prometheus", () => {
  const connection = { baseUrl: HOST, apiKey: undefined };
  const rule = { ...BUDGET, remaining: "left" };
  const problemsOf = (settings: object): string => {
    try {
      prometheus.connect(connection, settings);
      return "";
    } catch (error) {
      return String(error);
    }
  };

  it.each<[what: string, settings: object, problem: RegExp]>([
    ["no readings", {}, /readings/],
    ["an empty list of readings", { readings: [] }, /readings/],
    ["more than 32 readings", { readings: Array.from({ length: 33 }, (_, i) => ({ ...rule, quota: `q${i}` })) }, /32/],
    ["one id twice", { readings: [rule, { ...rule, remaining: "right" }] }, /is the id of another one/],
    ["an id that is none", { readings: [{ ...rule, quota: "Budget-1" }] }, /lower snake case/],
    ["a reading without a value", { readings: [BUDGET] }, /needs what is left of it: remaining or used/],
    ["a limit alone", { readings: [{ ...BUDGET, limit: "cap" }] }, /needs what is left of it: remaining or used/],
    ["a share without a value", { readings: [{ ...BUDGET, unit: "ratio" }] }, /fraction_remaining/],
    ["an unknown unit", { readings: [{ ...rule, unit: "eur" }] }, /unit/],
    ["an unknown kind", { readings: [{ ...rule, kind: "daily" }] }, /kind/],
    ["an amount as a share", { readings: [{ ...rule, unit: "ratio" }] }, /has no meaning with unit: ratio/],
    ["a share as an amount", { readings: [{ ...BUDGET, percent_used: "x" }] }, /is a share; needs unit: ratio/],
    [
      "two shares",
      { readings: [{ ...BUDGET, unit: "ratio", percent_used: "x", fraction_used: "y" }] },
      /says the same as fraction_used/,
    ],
    ["two resets", { readings: [{ ...rule, reset_at: "x", reset_in: "y" }] }, /says the same as reset_at/],
    ["a reset of credits", { readings: [{ ...rule, kind: "credits", reset_in: "y" }] }, /credits have no reset/],
    ["a period of credits", { readings: [{ ...rule, kind: "credits", period: "1d" }] }, /credits have no reset/],
    ["a window that slides along the calendar", { readings: [{ ...rule, sliding: true }] }, /belongs to kind: rolling/],
    ["a period that is a number", { readings: [{ ...rule, period: 3600 }] }, /period/],
    ["a period without a unit", { readings: [{ ...rule, period: "3600" }] }, /needs a duration such as 5h/],
    ["a value that is a number", { readings: [{ ...rule, limit: 50 }] }, /limit/],
    ["an empty value", { readings: [{ ...rule, limit: " " }] }, /limit/],
    ["a bad selector", { readings: [{ ...rule, remaining: "left{" }] }, /budget\.remaining: what stands in braces/],
    ["PromQL on a page", { readings: [{ ...rule, remaining: "sum(left)" }] }, /budget\.remaining: .*from: server/],
    ["an unknown key in a reading", { readings: [{ ...rule, surprise: 1 }] }, /surprise/],
    ["another source", { from: "push", readings: [rule] }, /from/],
    ["a path on another host", { path: "//evil.example/metrics", readings: [rule] }, /needs a path below base_url/],
    ["a path without a slash", { path: "metrics", readings: [rule] }, /needs a path below base_url/],
    ["a path with a query", { path: "/federate?match[]=up", readings: [rule] }, /needs a path below base_url/],
  ])("are refused for %s", (_what, settings, problem) => {
    expect(problemsOf(settings)).toMatch(problem);
  });

  it.each<[what: string, settings: object]>([
    ["32 readings", { readings: Array.from({ length: 32 }, (_, index) => ({ ...rule, quota: `q${index}` })) }],
    [
      "any PromQL for a server",
      { from: "server", readings: [{ ...rule, remaining: "sum(left{a=~'b.*'}) or vector(0)" }] },
    ],
    ["a selector with a factor", { readings: [{ ...rule, remaining: "left{a='b'} / 100" }] }],
  ])("may be %s", (_what, settings) => {
    expect(problemsOf(settings)).toBe("");
  });
});
