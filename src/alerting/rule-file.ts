import type { Severity } from "../quota/state.ts";
import { type AlertText, templateOf } from "./alert-texts.ts";
import { dashboardPath } from "./links.ts";
import { type RuleSettings, scaledDuration } from "./rule-options.ts";

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly text: AlertText;
  /** What of the dashboard's query string narrows it to the alert. */
  readonly variables: readonly string[];
  readonly forSeconds?: number;
  readonly keepFiringForSeconds?: number;
  /** Only where no series of the engine carries one. */
  readonly severity?: Severity;
}

export interface RecordRule {
  readonly record: string;
  readonly expr: string;
}

export interface RuleGroup {
  readonly name: string;
  readonly intervalSeconds: number;
  readonly comment: readonly string[];
  readonly rules: readonly (AlertRule | RecordRule)[];
}

/** What sets the variables of the dashboard to what the alert is about. */
const variable = (name: string) => `var-${name}={{ $labels.${name} | urlquery }}`;
export const QUOTA_VARIABLES = ["provider", "account", "quota"].map(variable);
export const ACCOUNT_VARIABLES = ["provider", "account"].map(variable);

/** The rule file as YAML. Deterministic: the shipped files are its output. */
export function renderRuleFile(head: readonly string[], groups: readonly RuleGroup[], settings: RuleSettings): string {
  const body = ["groups:", ...groups.flatMap((group) => renderGroup(group, settings))];
  const comment = head.map((line) => (line === "" ? "#" : `# ${line}`));
  if (settings.format === "prometheus") return lines([...comment, ...body]);
  return lines([
    ...comment,
    "apiVersion: monitoring.coreos.com/v1",
    "kind: PrometheusRule",
    "metadata:",
    "  name: llm-quota-exporter",
    "  labels:",
    "    app.kubernetes.io/name: llm-quota-exporter",
    "spec:",
    ...indented("  ", body),
  ]);
}

function renderGroup({ name, intervalSeconds, comment, rules }: RuleGroup, settings: RuleSettings): string[] {
  return [
    ...comment.map((line) => `  # ${line}`),
    `  - name: ${name}`,
    `    interval: ${scaledDuration(intervalSeconds, settings)}`,
    "    rules:",
    ...indented(
      "      ",
      rules.flatMap((rule) => ("record" in rule ? renderRecord(rule) : renderAlert(rule, settings))),
    ),
  ];
}

function renderRecord({ record, expr }: RecordRule): string[] {
  return [`- record: ${record}`, ...indented("  ", expression(expr))];
}

function renderAlert(rule: AlertRule, settings: RuleSettings): string[] {
  const { runbookBase, dashboardBase, severityLabel, selector } = settings;
  const { summary, description } = templateOf(rule.text, selector);
  return [
    `- alert: ${rule.alert}`,
    ...indented("  ", [
      ...expression(rule.expr),
      ...(rule.forSeconds === undefined ? [] : [`for: ${scaledDuration(rule.forSeconds, settings)}`]),
      ...(rule.keepFiringForSeconds === undefined
        ? []
        : [`keep_firing_for: ${scaledDuration(rule.keepFiringForSeconds, settings)}`]),
      ...(rule.severity === undefined ? [] : ["labels:", `  ${severityLabel}: ${rule.severity}`]),
      "annotations:",
      ...indented("  ", [
        `summary: ${JSON.stringify(summary)}`,
        "description: >-",
        ...indented("  ", description),
        `runbook_url: ${JSON.stringify(`${runbookBase}#${rule.alert.toLowerCase()}`)}`,
        `dashboard_url: ${JSON.stringify(`${dashboardBase}${dashboardPath(rule.variables)}`)}`,
      ]),
    ]),
  ];
}

/** Plain on one line, unless YAML would read something else into it. */
function expression(expr: string): string[] {
  if (expr.includes("\n")) return ["expr: |-", ...indented("  ", expr.split("\n"))];
  return [/: | #/.test(expr) ? `expr: ${JSON.stringify(expr)}` : `expr: ${expr}`];
}

const indented = (by: string, all: readonly string[]): string[] => all.map((line) => by + line);
const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;
