import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { SHIPPED_RULES } from "../../scripts/shipped-rules.ts";
import { renderPrometheusRules } from "../../src/alerting/prometheus-rules.ts";
import { RULES_ONLY_ALERTS } from "../../src/alerting/rule-exporter.ts";
import type { RulesOptions } from "../../src/alerting/rule-options.ts";
import { RulesOptionError } from "../../src/alerting/rule-selector.ts";
import { ACCOUNT_ALERTS, QUOTA_ALERTS } from "../../src/engine/alerts.ts";

const ENGINE_ALERTS: readonly string[] = [...QUOTA_ALERTS, ...ACCOUNT_ALERTS];
const ALL_ALERTS: readonly string[] = [...ENGINE_ALERTS, ...RULES_ONLY_ALERTS];

const Rules = z.object({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          keep_firing_for: z.string().optional(),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.strictObject({
            summary: z.string(),
            description: z.string(),
            runbook_url: z.string(),
            dashboard_url: z.string(),
          }),
        }),
      ),
    }),
  ),
});

const PromtoolTests = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) })),
    }),
  ),
});

function shipped(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

function rulesOf(text: string) {
  return Rules.parse(load(text)).groups.flatMap((group) => group.rules);
}

function rule(name: string, text = renderPrometheusRules()) {
  const found = rulesOf(text).find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`no rule for ${name}`);
  return found;
}

describe("the rule file", () => {
  it.each(SHIPPED_RULES)("$path is shipped as it is rendered", ({ path, render }) => {
    expect(shipped(path), "run node scripts/generate-rules.ts").toBe(render());
  });

  it("has one rule for each alert and none besides", () => {
    expect(rulesOf(renderPrometheusRules()).map(({ alert }) => alert)).toEqual(ALL_ALERTS);
  });

  it.each(ENGINE_ALERTS)("leaves the decision about %s and its severity to the engine", (name) => {
    const { expr, for: wait, keep_firing_for: bridge, labels } = rule(name);

    expect(expr).toBe(
      `max without (instance, job, alert) (llm_quota_alert_active{alert="${name}",severity!="none"}) == 1`,
    );
    expect({ wait, bridge, labels }).toEqual({ wait: undefined, bridge: "10m", labels: undefined });
  });

  it("reports a dead exporter before the alerts that it held end", () => {
    const { expr, for: wait, labels } = rule("LLMQuotaExporterDown");

    expect({ expr, wait, labels }).toEqual({
      expr: 'absent(up{job="llm-quota-exporter"} == 1)',
      wait: "5m",
      labels: { severity: "critical" },
    });
  });

  it("keeps numbers out of every summary, so that it reads the same from first to last", () => {
    const summaries = rulesOf(renderPrometheusRules()).map(({ annotations }) => annotations.summary);

    expect(summaries.filter((summary) => /query|\$value|\d/.test(summary))).toEqual([]);
  });

  it("puts each runbook under the address that is asked for", () => {
    const text = renderPrometheusRules({ runbookBase: "https://example.org/alerts.md" });

    expect(rule("LLMQuotaWatch", text).annotations.runbook_url).toBe("https://example.org/alerts.md#llmquotawatch");
  });

  it("links each alert to the shipped dashboard of its account or of the exporter, narrowed to what it is about", () => {
    const text = renderPrometheusRules({ dashboardBase: "https://grafana.example.org" });
    const start = (file: string) => {
      const { uid }: { uid: string } = JSON.parse(shipped(`grafana/dashboards/${file}.json`));
      return `https://grafana.example.org/d/${uid}/${uid}`;
    };
    const account = "?var-provider={{ $labels.provider | urlquery }}&var-account={{ $labels.account | urlquery }}";

    expect(rule("LLMQuotaWatch", text).annotations.dashboard_url).toBe(
      `${start("account")}${account}&var-quota={{ $labels.quota | urlquery }}`,
    );
    expect(rule("LLMQuotaAccountUnreadable", text).annotations.dashboard_url).toBe(`${start("account")}${account}`);
    expect(rule("LLMQuotaExporterDown", text).annotations.dashboard_url).toBe(start("exporter-health"));
  });
});

describe("the options", () => {
  const exprOf = (name: string, options: RulesOptions) => rule(name, renderPrometheusRules(options)).expr;

  it("put the selector into every question about our series, and in place of the job", () => {
    const text = renderPrometheusRules({ selector: 'job="llm", env=~"a%|b: #"' });
    const own = 'job="llm",env=~"a%|b: #"';

    expect(rule("LLMQuotaWatch", text).expr).toBe(
      `max without (instance, job, alert) (llm_quota_alert_active{alert="LLMQuotaWatch",severity!="none",${own}}) == 1`,
    );
    expect(rule("LLMQuotaExporterDown", text).expr).toBe(`absent(up{${own}} == 1)`);
    expect(rule("LLMQuotaConfigReloadFailed", text).expr).toBe(
      `min without (instance, job) (llm_quota_exporter_config_last_reload_successful{${own}}) == 0`,
    );
    const questions = [...text.matchAll(/printf `([^`]+)`/g)].map(([, question]) => question);
    expect(questions.filter((question) => !question?.includes(own.replace("%", "%%")))).toEqual([]);
    expect(questions.length).toBeGreaterThan(30);
  });

  it("rename the severity of what the engine decides and of what the rules decide", () => {
    const text = renderPrometheusRules({ severityLabel: "priority" });

    expect(rule("LLMQuotaWatch", text).expr).toBe(
      "max without (instance, job, alert, severity) (label_replace(" +
        'llm_quota_alert_active{alert="LLMQuotaWatch",severity!="none"}, "priority", "$1", "severity", "(.*)")) == 1',
    );
    expect(text).not.toMatch(/^ +severity:/m);
    expect(text).toMatch(/^ {10}priority: critical$/m);
  });

  it("with push leave out what the daemon sends by itself", () => {
    expect(rulesOf(renderPrometheusRules({ mode: "push" })).map(({ alert }) => alert)).toEqual(RULES_ONLY_ALERTS);
  });

  it("for Kubernetes wrap the same rules, without the labels that the operator adds", () => {
    const object = load(renderPrometheusRules({ format: "kubernetes" })) as Record<string, unknown>;
    const { groups } = Rules.parse(object["spec"]);

    expect(object).toMatchObject({ apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule" });
    expect(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))).toEqual(ALL_ALERTS);
    expect(groups[0]?.rules[0]?.expr).toBe(
      "max without (instance, job, pod, container, endpoint, namespace, service, node, alert) " +
        '(llm_quota_alert_active{alert="LLMQuotaExhausted",severity!="none"}) == 1',
    );
  });

  it("let one Alertmanager that takes alerts be enough", () => {
    expect(exprOf("LLMQuotaAlertmanagerUnreachable", {})).toBe(
      "max without (instance, job, alertmanager) (llm_quota_exporter_alertmanager_up) == 0",
    );
  });

  it.each<{ options: RulesOptions; message: RegExp }>([
    { options: { selector: "job=llm" }, message: /^the selector is job=llm: needs label matchers such as/ },
    { options: { severityLabel: "9" }, message: /^the severity label is "9", needs letters, digits and _/ },
    { options: { severityLabel: "__priority" }, message: /^the severity label is "__priority", needs letters/ },
    { options: { severityLabel: "" }, message: /^the severity label is "", needs letters/ },
    {
      options: { severityLabel: "quota" },
      message: /^the severity label is "quota", which says something else already$/,
    },
    { options: { runbookBase: "wiki" }, message: /^the runbook base is "wiki", needs an address such as https:/ },
    { options: { runbookBase: "file:///a" }, message: /^the runbook base is "file:\/\/\/a", needs an address/ },
    {
      options: { runbookBase: "https://a/{{ . }}" },
      message: /^the runbook base is "https:\/\/a\/\{\{ \. \}\}", needs/,
    },
    { options: { dashboardBase: "" }, message: /^the dashboard base is "", needs an address such as https:/ },
  ])("$options are refused with what would be right", ({ options, message }) => {
    expect(() => renderPrometheusRules(options)).toThrow(RulesOptionError);
    expect(() => renderPrometheusRules(options)).toThrow(message);
  });
});

describe("the time scale", () => {
  it.each([
    { timeScale: 1, interval: "15s", wait: "5m", bridge: "10m" },
    { timeScale: 0.5, interval: "30s", wait: "10m", bridge: "20m" },
    { timeScale: 7, interval: "3s", wait: "43s", bridge: "86s" },
    { timeScale: 60, interval: "1s", wait: "5s", bridge: "10s" },
    { timeScale: 100_000, interval: "1s", wait: "1s", bridge: "1s" },
  ])("of $timeScale divides every duration, down to a second", ({ timeScale, interval, wait, bridge }) => {
    const text = renderPrometheusRules({ timeScale });

    expect(Rules.parse(load(text)).groups.map((group) => group.interval)).toEqual([interval, interval]);
    expect(rule("LLMQuotaExporterDown", text).for).toBe(wait);
    expect(rule("LLMQuotaExhausted", text).keep_firing_for).toBe(bridge);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("of %s is refused", (timeScale) => {
    expect(() => renderPrometheusRules({ timeScale })).toThrow(new RangeError("time scale must be a number above 0"));
  });
});

describe("what goes with the rules", () => {
  it.each(rulesOf(renderPrometheusRules()))("is a runbook where $alert points to", ({ alert, annotations }) => {
    const [page = "", anchor] = annotations.runbook_url.split("#");
    const headings = [...shipped(page).matchAll(/^#{2,3} (\w+)$/gm)].map((match) => match[1]);

    expect(headings).toContain(alert);
    expect(anchor).toBe(alert.toLowerCase());
  });

  // The watchdog fires always, by design.
  it.each(ALL_ALERTS.filter((name) => name !== "LLMQuotaWatchdog"))("is a test that %s fires and does not", (name) => {
    const { tests } = PromtoolTests.parse(load(shipped("deploy/prometheus/llm-quota.rules.test.yml")));
    const cases = tests.flatMap((test) => test.alert_rule_test).filter(({ alertname }) => alertname === name);

    expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });
});
