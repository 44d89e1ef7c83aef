import { ACCOUNT_ALERTS, QUOTA_ALERTS } from "../engine/alerts.ts";
import type { Severity } from "../quota/state.ts";
import { ALERT_TEXTS, type AlertText } from "./alert-texts.ts";

/** What only Prometheus can notice, because it is about the exporter's own silence. */
export const RULES_ONLY_ALERTS = ["LLMQuotaExporterDown", "LLMQuotaConfigReloadFailed", "LLMQuotaWatchdog"] as const;

interface RulesOptions {
  /** Divides every duration, for tests and demos with short windows. */
  readonly timeScale?: number;
  /** Address of the page whose headings are the alert names. */
  readonly runbookBase?: string;
  /** Address of the Grafana that has the shipped dashboard, without a trailing slash. */
  readonly dashboardBase?: string;
}

interface Rule extends AlertText {
  readonly alert: string;
  readonly expr: string;
  /** What of the dashboard's query string narrows it to the alert. */
  readonly variables: readonly string[];
  readonly forSeconds?: number;
  readonly keepFiringForSeconds?: number;
  /** Only where no series of the engine carries one. */
  readonly severity?: Severity;
}

interface Group {
  readonly name: string;
  readonly comment: readonly string[];
  readonly rules: readonly Rule[];
}

const INTERVAL_SECONDS = 15;
/** Longer than a restart or a few lost scrapes, so that neither resolves an alert and pages again. */
const BRIDGE_SECONDS = 600;
/** Shorter than the bridge: a dead exporter is reported before the alerts that it held go out. */
const DOWN_SECONDS = 300;

/** The page in this repository; its readers pass the address under which they publish it. */
const RUNBOOK = "docs/alerts.md";
const DASHBOARD = "/d/llm-quota-overview/llm-quota-overview";

/** The dashboard with the variables set to what the alert is about. */
const variable = (name: string) => `var-${name}={{ $labels.${name} | urlquery }}`;
const QUOTA_VARIABLES = ["provider", "account", "quota"].map(variable);
const ACCOUNT_VARIABLES = ["provider", "account"].map(variable);

/**
 * `alert` goes because it is told by `alertname`; `instance` and `job` go so that two replicas are one alert. What
 * remains is what identifies the alert when the daemon pushes it, `severity` included. Severity `none` is how a config
 * silences a quota.
 */
const ENGINE_RULES: readonly Rule[] = [...QUOTA_ALERTS, ...ACCOUNT_ALERTS].map((alert) => ({
  alert,
  variables: (ACCOUNT_ALERTS as readonly string[]).includes(alert) ? ACCOUNT_VARIABLES : QUOTA_VARIABLES,
  expr: `max without (instance, job, alert) (llm_quota_alert_active{alert="${alert}",severity!="none"}) == 1`,
  keepFiringForSeconds: BRIDGE_SECONDS,
  ...ALERT_TEXTS[alert],
}));

const EXPORTER_RULES: readonly Rule[] = [
  {
    alert: "LLMQuotaExporterDown",
    // One expression for a target that fails and for one that is not there at all; one living replica is enough.
    expr: `absent(up{job="llm-quota-exporter"} == 1)`,
    variables: [],
    forSeconds: DOWN_SECONDS,
    severity: "critical",
    summary: "No llm-quota-exporter can be scraped",
    description: [
      "Every quota is unwatched, and quota alerts that were firing end by themselves soon.",
      "Start the exporter again, or mend the scrape job llm-quota-exporter.",
    ],
  },
  {
    alert: "LLMQuotaConfigReloadFailed",
    expr: "min without (instance, job) (llm_quota_exporter_config_last_reload_successful) == 0",
    variables: [],
    forSeconds: DOWN_SECONDS,
    severity: "warning",
    summary: "The config of llm-quota-exporter was refused",
    description: [
      "It goes on with the config from before, and a restart would fail.",
      "llm-quota-exporter check-config tells what is wrong, and so does the exporter's log.",
    ],
  },
  {
    alert: "LLMQuotaWatchdog",
    expr: "vector(1)",
    variables: [],
    severity: "none",
    summary: "Alerts about LLM quotas are being evaluated and delivered",
    description: ["Always firing. Let something outside raise the alarm when it stops arriving."],
  },
];

const GROUPS: readonly Group[] = [
  {
    name: "llm-quota",
    comment: [
      "The exporter has decided and confirmed already, so these rules have no `for` and set no severity.",
      "keep_firing_for bridges a restart of the exporter.",
    ],
    rules: ENGINE_RULES,
  },
  {
    name: "llm-quota-exporter",
    comment: ["What nobody but Prometheus can notice."],
    rules: EXPORTER_RULES,
  },
];

/** The rule file as YAML. Deterministic: the shipped file is its output at scale 1. */
export function renderPrometheusRules(options: RulesOptions = {}): string {
  const { timeScale = 1, runbookBase = RUNBOOK, dashboardBase = "" } = options;
  if (!(timeScale > 0 && Number.isFinite(timeScale))) throw new RangeError("time scale must be a number above 0");
  const duration = (seconds: number): string => promDuration(seconds / timeScale);
  const groups = GROUPS.map((group) =>
    lines(
      ...group.comment.map((comment) => `  # ${comment}`),
      `  - name: ${group.name}`,
      `    interval: ${duration(INTERVAL_SECONDS)}`,
      "    rules:",
      group.rules.map((rule) => renderRule(rule, duration, { runbookBase, dashboardBase })).join("\n"),
    ),
  );
  return lines(
    "# Alerting rules of llm-quota-exporter, generated by src/alerting/prometheus-rules.ts.",
    "groups:",
    groups.join("\n"),
  );
}

function renderRule(
  rule: Rule,
  duration: (seconds: number) => string,
  { runbookBase, dashboardBase }: Required<Pick<RulesOptions, "runbookBase" | "dashboardBase">>,
): string {
  const query = rule.variables.length === 0 ? "" : `?${rule.variables.join("&")}`;
  return lines(
    `      - alert: ${rule.alert}`,
    `        expr: ${rule.expr}`,
    ...(rule.forSeconds === undefined ? [] : [`        for: ${duration(rule.forSeconds)}`]),
    ...(rule.keepFiringForSeconds === undefined
      ? []
      : [`        keep_firing_for: ${duration(rule.keepFiringForSeconds)}`]),
    ...(rule.severity === undefined ? [] : ["        labels:", `          severity: ${rule.severity}`]),
    "        annotations:",
    `          summary: ${JSON.stringify(rule.summary)}`,
    "          description: >-",
    ...rule.description.map((sentence) => `            ${sentence}`),
    `          runbook_url: ${JSON.stringify(`${runbookBase}#${rule.alert.toLowerCase()}`)}`,
    `          dashboard_url: ${JSON.stringify(`${dashboardBase}${DASHBOARD}${query}`)}`,
  );
}

/** Whole seconds, rounded up and at least one: Prometheus knows shorter ones, but no interval of 0. */
function promDuration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`;
}

function lines(...all: readonly string[]): string {
  return all
    .map((line) => line.replace(/\n$/, ""))
    .join("\n")
    .concat("\n");
}
