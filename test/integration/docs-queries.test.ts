import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPromqlRules } from "../../src/alerting/promql-rules.ts";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import { everyCorner, everyTraffic } from "../metrics/every-corner.ts";
import { runProgram } from "../support/command-line.ts";
import { blocks, pages } from "../support/documents.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { type Prometheus, startPrometheus } from "../support/prometheus.ts";

const rules = blocks("yaml rules");
const fenced = blocks("promql").map(({ at, text }) => ({ at, query: withLabels(text.trim()) }));
/** The last column of the tables of metrics. */
const examples = (pages().find(({ path }) => path === "docs/metrics.md")?.text ?? "")
  .split("\n")
  .flatMap((row) => /^\| `llm_quota_.*\| `([^|]+)` \|$/.exec(row)?.[1] ?? [])
  .map((query) => ({ at: "docs/metrics.md", query }));
const queries = [...fenced, ...examples];

/** The words that stand for labels of the reader. One of the accounts has a line break in its name. */
function withLabels(query: string): string {
  return query.replaceAll(/="(?:PROVIDER|ACCOUNT|QUOTA)"/g, '=~"(?s:.*)"');
}

/** Each look at a family, as `name{matchers}`. */
const selectorsIn = (query: string): readonly string[] =>
  query.match(/\b(?:llm_quota_|provider_account|probe_)[\w:]*(?:\{[^}]*\})?/g) ?? [];

/** Every label by which series are grouped or joined. */
const labelsIn = (query: string): readonly string[] =>
  [...query.matchAll(/\b(?:by|on|without|ignoring|group_left|group_right) ?\(([^)]*)\)/g)].flatMap(
    ([, list = ""]) => list.match(/\w+/g) ?? [],
  );

async function exporterPart(): Promise<string> {
  const metrics = createExporterMetrics({ version: "1", revision: "r", nodeVersion: "v24" });
  metrics.addProviders(["p"]);
  metrics.configLoaded(new Date());
  metrics.addPeer();
  metrics.addToken();
  metrics.proxy().addAccounts(["a"]);
  metrics.sessions().addAccounts(["a"]);
  metrics.stateWritten(true);
  metrics.historySeeded("prometheus", true);
  metrics.alertmanager("alertmanager:9093", 10).clockAhead(0);
  return metrics.render();
}

let prometheus: Prometheus;

async function untilThere(selector: string): Promise<void> {
  const patience = { timeoutMs: 60_000 };
  await eventually(
    async () => expect(await prometheus.query(`count(${selector})`), selector).toHaveLength(1),
    patience,
  );
}

const families = () => renderFamilies(everyCorner, new Date(), { observed: everyTraffic });
const page = createServer((_request, response) => {
  exporterPart()
    .then((exporter) => response.end(`${families()}${exporter}${PROBE}`))
    .catch((error: unknown) => response.destroy(error as Error));
});
const PROBE =
  "# TYPE probe_success gauge\nprobe_success 1\n# TYPE probe_duration_seconds gauge\nprobe_duration_seconds 0.1\n";

beforeAll(async () => {
  const port = await freePort();
  await new Promise<void>((listening) => page.listen(port, "127.0.0.1", listening));
  const groups = [renderPromqlRules(), ...rules.map(({ text }) => text)].map((text) =>
    text.slice(text.indexOf("groups:") + 8),
  );
  prometheus = await startPrometheus({
    scrapeUrls: [`http://127.0.0.1:${port}/metrics`],
    rules: `groups:\n${groups.join("\n")}`.replaceAll(/^( *interval: ).*$/gm, "$11s"),
  });
  // With series, a join that does not fit is refused. What is recorded needs two scrapes and two evaluations.
  await untilThere("provider_account_quota_unit:llm_quota_consumed:increase1h");
}, 120_000);

afterAll(async () => {
  await prometheus?.stop();
  page.close();
});

describe("the queries in the documents", () => {
  it("are found", () => {
    expect(fenced.length).toBeGreaterThan(30);
    expect(examples.length).toBeGreaterThan(15);
  });

  it.each(queries)("are answered by Prometheus: $at: $query", async ({ query }) => {
    await expect(prometheus.query(query)).resolves.toBeInstanceOf(Array);
  });

  it.each(queries)("look at series that there are: $at: $query", async ({ query }) => {
    const selectors = selectorsIn(query);

    expect(selectors.length + (/\bup\b/.test(query) ? 1 : 0)).toBeGreaterThan(0);
    for (const selector of selectors) {
      await untilThere(selector);
    }
  });

  it("group and join by labels that there are", async () => {
    const known = new Set((await Promise.all([labelNames(), ["quantile"]])).flat());
    const strangers = [...queries, ...rules.map(({ at, text }) => ({ at, query: text }))].flatMap(({ at, query }) =>
      labelsIn(query).flatMap((label) => (known.has(label) ? [] : `${at}: ${label}`)),
    );

    expect(known).toContain("team");
    expect(strangers).toEqual([]);
  });
});

/** Of all series that Prometheus has. */
async function labelNames(): Promise<readonly string[]> {
  const answer = (await (await fetch(`${prometheus.url}/api/v1/labels`)).json()) as { data: string[] };
  return answer.data;
}

describe("the rules in the documents", () => {
  it.each(rules)("are good: $at", async ({ text }) => {
    const { code, stdout, stderr } = await runProgram("promtool", ["check", "rules", "rules.yml"], {
      files: { "rules.yml": text },
    });

    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: "" });
  });

  it("look at series that there are", async () => {
    const selectors = new Set(
      rules.flatMap(({ text }) => text.match(/^ *expr:[\s\S]*?(?=^ *(?:\w+:|- ))/gm) ?? []).flatMap(selectorsIn),
    );

    expect(selectors.size).toBeGreaterThan(5);
    for (const selector of selectors) {
      await untilThere(selector);
    }
  });
});

const files = { "llm-quota.rules.yml": renderPromqlRules() };

describe("the configs of others in the documents", () => {
  it.each(blocks("yaml prometheus"))("are good for Prometheus: $at", async ({ text }) => {
    // promtool wants the file of a secret to be there; the one in the document is on the machine of its reader.
    const own = text.replaceAll(/^( *credentials_file: ).*$/gm, "$1token");
    const plan = { files: { ...files, token: "secret", "prometheus.yml": own } };
    const { code, stdout, stderr } = await runProgram("promtool", ["check", "config", "prometheus.yml"], plan);

    expect(code, stdout + stderr).toBe(0);
  });

  it.each(blocks("yaml alertmanager"))("are good for Alertmanager: $at", async ({ text }) => {
    const plan = { files: { "alertmanager.yml": text } };
    const { code, stdout, stderr } = await runProgram("amtool", ["check-config", "alertmanager.yml"], plan);

    expect(code, stdout + stderr).toBe(0);
  });

  it("are found", () => {
    expect(
      [blocks("yaml prometheus").length, blocks("yaml alertmanager").length, rules.length].every((n) => n >= 2),
    ).toBe(true);
  });
});

describe("this check", () => {
  it("sees every selector of a query, and every label that it joins by", () => {
    const query =
      'sum by (team) (rate(llm_quota_a_total{b="c"}[1h])) / on (d, e) group_left (f) provider_account:llm_quota_g:avg';

    expect(selectorsIn(query)).toEqual(['llm_quota_a_total{b="c"}', "provider_account:llm_quota_g:avg"]);
    expect(labelsIn(query)).toEqual(["team", "d", "e", "f"]);
  });

  it("finds a family that is not there, and a value that no label has", async () => {
    expect(await prometheus.query("count(llm_quota_nothing)")).toEqual([]);
    expect(await prometheus.query('count(llm_quota_burn_rate{window="middle"})')).toEqual([]);
  });
});
