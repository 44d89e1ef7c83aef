import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { renderPrometheusRules } from "../../src/alerting/prometheus-rules.ts";
import { renderPromqlRules } from "../../src/alerting/promql-rules.ts";
import type { RulesOptions } from "../../src/alerting/rule-options.ts";
import { runCommand } from "../support/command-line.ts";
import { dashboardQueries } from "../support/dashboard-queries.ts";

const ROOT = new URL("../../", import.meta.url);

/** Its standard output; rejects with what it printed when it fails. */
async function run(tool: "promtool", ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(tool, args, { cwd: ROOT })).stdout;
}

async function file(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rules-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe("Prometheus", () => {
  it("takes the shipped configs and the rules that they name", async () => {
    const output = await run("promtool", "check", "config", "deploy/prometheus/prometheus.yml");

    expect(output).toContain("16 rules found");
    await run("promtool", "check", "config", "--syntax-only", "deploy/compose/prometheus.yml");
  });

  it("fires the shipped rules as their tests say", async () => {
    expect(await run("promtool", "test", "rules", "deploy/prometheus/llm-quota.rules.test.yml")).toContain("SUCCESS");
  });

  it.each([0.5, 1, 7, 60, 100_000])("has nothing to remark on the rules at time scale %s", async (timeScale) => {
    const rules = await file("rules.yml", renderPrometheusRules({ timeScale }));

    expect(await run("promtool", "check", "rules", "--lint=all", "--lint-fatal", rules)).toContain("16 rules found");
  });

  it.each<{ options: RulesOptions; count: number }>([
    { options: { selector: 'job="llm",env=~"a%|b: #",team!="x\\"y"' }, count: 16 },
    { options: { severityLabel: "priority" }, count: 16 },
    { options: { mode: "push" }, count: 4 },
    { options: { runbookBase: "https://example.org/a", dashboardBase: "https://example.org" }, count: 16 },
  ])("has nothing to remark on the rules with $options", async ({ options, count }) => {
    const rules = await file("rules.yml", renderPrometheusRules(options));

    expect(await run("promtool", "check", "rules", "--lint=all", "--lint-fatal", rules)).toContain(
      `${count} rules found`,
    );
  });

  it.each<RulesOptions>([{}, { timeScale: 60 }, { timeScale: 100_000 }, { selector: 'env="prod"' }])(
    "has nothing to remark on the rules in pure PromQL with %o",
    async (options) => {
      const rules = await file("rules.yml", renderPromqlRules(options));

      expect(await run("promtool", "check", "rules", "--lint=all", "--lint-fatal", rules)).toContain("21 rules found");
    },
  );

  it("understands every query of the dashboards", async () => {
    const rules = dashboardQueries().map(({ dashboard, panel, refId, expr }, index) => ({
      record: `dashboard:query_${index}`,
      expr,
      labels: { dashboard, panel, query: refId },
    }));
    // JSON, which is also YAML.
    const wrapped = await file("queries.yml", JSON.stringify({ groups: [{ name: "queries", rules }] }));

    expect(await run("promtool", "check", "rules", wrapped)).toContain(`${rules.length} rules found`);
  });
});

describe("print-rules", () => {
  const account = "accounts: [{ name: local, provider: ollama }]\n";
  const push = "alerting: { mode: push, alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] }\n";

  it.each([
    { mode: "rules", config: account, rules: renderPrometheusRules() },
    { mode: "off", config: `alerting: { mode: off }\n${account}`, rules: renderPrometheusRules() },
    { mode: "push", config: push + account, rules: renderPrometheusRules({ mode: "push" }) },
  ])("prints what mode $mode leaves to Prometheus", async ({ config, rules }) => {
    const path = await file("config.yaml", config);

    expect(await runCommand(["print-rules", `--config.file=${path}`])).toEqual({ code: 0, stdout: rules, stderr: "" });
  });

  it("prints the other files that are shipped", async () => {
    const [pure, kubernetes] = await Promise.all([
      runCommand(["print-rules", "--pure-promql"]),
      runCommand(["print-rules", "--output=kubernetes"]),
    ]);

    expect(pure.stdout).toBe(renderPromqlRules());
    expect(kubernetes.stdout).toBe(renderPrometheusRules({ format: "kubernetes" }));
  });

  it("makes no rules in pure PromQL beside a daemon that pushes", async () => {
    const path = await file("config.yaml", push + account);

    expect(await runCommand(["print-rules", "--pure-promql", `--config.file=${path}`])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "the daemon pushes its alerts by itself: rules in pure PromQL would page once more\n",
    });
  });
});
