import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { renderPrometheusRules } from "../../src/alerting/prometheus-rules.ts";
import { dashboardQueries } from "../support/dashboard-queries.ts";

const ROOT = new URL("../../", import.meta.url);
const ALERTMANAGER_CONFIG = "deploy/alertmanager/alertmanager.yml";

/** Its standard output; rejects with what it printed when it fails. */
async function run(tool: "promtool" | "amtool", ...args: readonly string[]): Promise<string> {
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

    expect(output).toContain("15 rules found");
    await run("promtool", "check", "config", "--syntax-only", "deploy/compose/prometheus.yml");
  });

  it("fires the shipped rules as their tests say", async () => {
    expect(await run("promtool", "test", "rules", "deploy/prometheus/llm-quota.rules.test.yml")).toContain("SUCCESS");
  });

  it.each([0.5, 1, 7, 60, 100_000])("has nothing to remark on the rules at time scale %s", async (timeScale) => {
    const rules = await file("rules.yml", renderPrometheusRules({ timeScale }));

    expect(await run("promtool", "check", "rules", "--lint=all", "--lint-fatal", rules)).toContain("15 rules found");
  });

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

describe("Alertmanager", () => {
  it("takes the shipped config", async () => {
    expect(await run("amtool", "check-config", ALERTMANAGER_CONFIG)).toContain("SUCCESS");
  });

  it.each([
    { receiver: "pager", labels: ["alertname=LLMQuotaExhausted", "severity=critical", "provider=p", "account=a"] },
    { receiver: "pager", labels: ["alertname=LLMQuotaCredentialRejected", "severity=critical", "account=a"] },
    { receiver: "pager", labels: ["alertname=LLMQuotaSubscriptionLapsed", "severity=critical", "account=a"] },
    { receiver: "pager", labels: ["alertname=LLMQuotaExporterDown", "severity=critical"] },
    { receiver: "chat", labels: ["alertname=LLMQuotaExhausted", "severity=warning", "provider=p", "account=a"] },
    { receiver: "chat", labels: ["alertname=LLMQuotaAccountUnreadable", "severity=warning", "account=a"] },
    { receiver: "chat", labels: ["alertname=LLMQuotaSubscriptionLapsed", "severity=warning", "account=a"] },
    { receiver: "quiet", labels: ["alertname=LLMQuotaUseOrLose", "severity=info", "provider=p", "account=a"] },
    { receiver: "heartbeat", labels: ["alertname=LLMQuotaWatchdog", "severity=none"] },
  ])("sends $labels to the $receiver", async ({ receiver, labels }) => {
    const arguments_ = [`--config.file=${ALERTMANAGER_CONFIG}`, `--verify.receivers=llm-quota-${receiver}`, ...labels];

    expect(await run("amtool", "config", "routes", "test", ...arguments_)).toBe(`llm-quota-${receiver}\n`);
  });
});
