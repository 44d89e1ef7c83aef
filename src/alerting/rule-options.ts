import { checkedSelector, RulesOptionError } from "./rule-selector.ts";

export interface RulesOptions {
  /** Divides every duration, for tests and demos with short windows. */
  readonly timeScale?: number;
  /** Address of the page whose headings are the alert names. */
  readonly runbookBase?: string;
  /** Address of the Grafana that has the shipped dashboard, without a trailing slash. */
  readonly dashboardBase?: string;
  /** Matchers such as `job="llm",env="prod"`, where the job is not named llm-quota-exporter or more must tell ours apart. */
  readonly selector?: string;
  /** The label under which the severity stands. */
  readonly severityLabel?: string;
  /** With `push` the daemon sends by itself what the engine decides. */
  readonly mode?: "rules" | "push";
  readonly format?: RulesFormat;
}

export const RULES_FORMATS = ["prometheus", "kubernetes"] as const;
export type RulesFormat = (typeof RULES_FORMATS)[number];

/** The options, checked, and what follows from them. */
export interface RuleSettings {
  readonly timeScale: number;
  readonly runbookBase: string;
  readonly dashboardBase: string;
  /** Added to the matchers of every family of ours; empty for none. */
  readonly selector: string;
  /** The matchers of our scrape targets. */
  readonly target: string;
  readonly severityLabel: string;
  readonly mode: "rules" | "push";
  readonly format: RulesFormat;
  /** The labels that tell replicas and scrape targets apart: without them two replicas are one alert. */
  readonly replica: readonly string[];
}

/** The page in this repository; its readers pass the address under which they publish it. */
const RUNBOOK = "docs/alerts.md";
const REPLICA_LABELS = ["instance", "job"] as const;
/** What the Prometheus operator adds to every series that it scrapes. */
const OPERATOR_LABELS = ["pod", "container", "endpoint", "namespace", "service", "node"] as const;
const TAKEN_LABELS: ReadonlySet<string> = new Set([
  ...REPLICA_LABELS,
  ...OPERATOR_LABELS,
  ...["alertname", "alert", "provider", "account", "quota", "alertmanager"],
]);

export function checkedOptions(options: RulesOptions): RuleSettings {
  const { timeScale = 1, selector, severityLabel = "severity", mode = "rules", format = "prometheus" } = options;
  if (!(timeScale > 0 && Number.isFinite(timeScale))) throw new RangeError("time scale must be a number above 0");
  if (!/^[a-zA-Z_]\w*$/.test(severityLabel) || severityLabel.startsWith("__")) {
    throw new RulesOptionError(
      `the severity label is "${severityLabel}", needs letters, digits and _, not starting with a digit or __`,
    );
  }
  if (TAKEN_LABELS.has(severityLabel)) {
    throw new RulesOptionError(`the severity label is "${severityLabel}", which says something else already`);
  }
  const checked = selector === undefined ? "" : checkedSelector(selector);
  return {
    timeScale,
    runbookBase: checkedBase("runbook", options.runbookBase) ?? RUNBOOK,
    dashboardBase: checkedBase("dashboard", options.dashboardBase) ?? "",
    selector: checked,
    target: checked === "" ? 'job="llm-quota-exporter"' : checked,
    severityLabel,
    mode,
    format,
    replica: format === "kubernetes" ? [...REPLICA_LABELS, ...OPERATOR_LABELS] : REPLICA_LABELS,
  };
}

/** Braces would be read as part of a template. */
function checkedBase(what: "runbook" | "dashboard", base: string | undefined): string | undefined {
  if (base === undefined) return undefined;
  if (/^https?:$/.test(URL.parse(base)?.protocol ?? "") && !base.includes("{{")) return base;
  throw new RulesOptionError(`the ${what} base is "${base}", needs an address such as https://example.org/${what}`);
}

/** Whole seconds, rounded up and at least one: Prometheus knows shorter ones, but no interval of 0. */
function scaledSeconds(seconds: number, { timeScale }: Pick<RuleSettings, "timeScale">): number {
  return Math.max(1, Math.ceil(seconds / timeScale));
}

export function scaledDuration(seconds: number, settings: Pick<RuleSettings, "timeScale">): string {
  const whole = scaledSeconds(seconds, settings);
  return whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`;
}
