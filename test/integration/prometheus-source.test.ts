import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { prometheus as provider } from "../../src/providers/prometheus/prometheus.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { eventually } from "../support/eventually.ts";
import { type LocalServer, startServer } from "../support/json-server.ts";
import { type Prometheus, startPrometheus } from "../support/prometheus.ts";

const PAGE = `# TYPE budget_left_usd gauge
budget_left_usd{team="search",region="eu"} 400.25
budget_left_usd{team="search",region="us"} 12.25
budget_left_usd{team="ads",region="eu"} 7
# TYPE budget_usd gauge
budget_usd{team="search"} 500
# TYPE not_known gauge
not_known NaN
# TYPE latency_seconds histogram
latency_seconds_bucket{le="1"} 2
latency_seconds_bucket{le="+Inf"} 3
latency_seconds_sum 4
latency_seconds_count 3
`;

const RULES = `
groups:
  - name: budget
    rules:
      - record: team:budget_usd:left
        expr: sum by (team) (budget_left_usd)
`;

const BUDGET = { quota: "budget", kind: "calendar", unit: "usd" };
const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });

let page: LocalServer;
let leaving = "leaving 3\n";
let server: Prometheus;

/** One read of one quota. */
async function read(baseUrl: string, rule: object, from = "server"): Promise<Reading | undefined> {
  const bound = provider.connect({ baseUrl, apiKey: undefined }, { from, readings: [{ ...BUDGET, ...rule }] });
  const { readings } = await bound({ http, signal: AbortSignal.timeout(30_000), now: new Date() });
  return readings[0];
}

beforeAll(async () => {
  page = await startServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(PAGE + leaving);
  });
  server = await startPrometheus({ scrapeUrls: [`${page.url}/metrics`], rules: RULES });
  const recorded = async () => expect(await server.query('team:budget_usd:left{team="search"} > 400')).toHaveLength(1);
  await eventually(recorded, { timeoutMs: 60_000 });
}, 120_000);

afterAll(async () => {
  await server?.stop();
  await page?.[Symbol.asyncDispose]();
  await http.close();
});

describe("a Prometheus server as the source of a quota", () => {
  it("tells what a recording rule made, and a limit that is a scalar", async () => {
    const rule = { remaining: 'team:budget_usd:left{team="search"}', limit: 'scalar(budget_usd{team="search"})' };

    expect(await read(server.url, rule)).toMatchObject({ remaining: 412.5, limit: 500, confidence: "reported" });
  });

  it.each<[expression: string, remaining: number]>([
    ['sum(budget_left_usd{team=~"search|ads"})', 419.5],
    ["vector(1) * 3600", 3600],
    ["2 ^ 10", 1024],
    ["1e-7", 1e-7],
    ['label_replace(budget_left_usd{team="ads"}, "note", "\\"a b\\" & c + 100%", "", "")', 7],
    ["count(\n  budget_left_usd # each region\n)", 3],
  ])("evaluates %j", async (remaining, value) => {
    expect(await read(server.url, { remaining })).toMatchObject({ remaining: value });
  });

  it.each(["not_known", "vector(1) / 0", "scalar(no_such_metric)"])("does not know %s", async (remaining) => {
    const reading = await read(server.url, { remaining });

    expect(reading).toMatchObject({ confidence: "degraded" });
    expect(reading).not.toHaveProperty("remaining");
  });

  it.each<[expression: string, reason: string, message: string]>([
    ["no_such_metric", "malformed", "answered nothing where one value is needed, to budget.remaining: no_such_metric"],
    ["budget_left_usd", "malformed", "answered 3 samples where one value is needed"],
    ["budget_left_usd[5m]", "malformed", "$.data.resultType"],
    ['"text"', "malformed", "$.data.resultType"],
    ["sum(", "client", "answered 400: it cannot evaluate budget.remaining: sum("],
    [
      "budget_left_usd + on (team) budget_left_usd",
      "client",
      "it cannot evaluate budget.remaining: budget_left_usd + on",
    ],
  ])("cannot tell %s: %s", async (remaining, reason, message) => {
    await expect(read(server.url, { remaining })).rejects.toMatchObject({
      name: "UpstreamError",
      reason,
      message: expect.stringContaining(message),
    });
  });
});

describe("a series that its target no longer has", () => {
  it("is missing from the next scrape on, and not told for five minutes more", async () => {
    const remaining = "leaving";
    await eventually(async () => expect(await read(server.url, { remaining })).toMatchObject({ remaining: 3 }));

    leaving = "";

    await eventually(
      async () => {
        await expect(read(server.url, { remaining })).rejects.toThrow("answered nothing where one value is needed");
      },
      { timeoutMs: 30_000 },
    );
  });
});

describe("a page of metrics as the source of a quota", () => {
  it("may be one of a real Prometheus, written by its client library for Go", async () => {
    const rule = { unit: "requests", used: "prometheus_tsdb_head_series", limit: "go_info * 500" };
    const reading = await read(server.url, rule, "scrape");

    expect(reading).toMatchObject({ limit: 500, confidence: "reported" });
    expect(reading?.used).toBeGreaterThan(3);
  });

  it("tells the same as the server that scrapes it", async () => {
    const remaining = 'budget_left_usd{team="search",region="us"}';

    expect(await read(page.url, { remaining }, "scrape")).toMatchObject({ remaining: 12.25 });
    expect(await read(server.url, { remaining })).toMatchObject({ remaining: 12.25 });
  });
});
