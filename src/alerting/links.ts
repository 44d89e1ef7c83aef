/** The page in this repository; its readers pass the address under which they publish it. */
const RUNBOOK = "docs/alerts.md";
/** Path in Grafana by uid, of the shipped dashboards. */
const ACCOUNT_DASHBOARD = "/d/llm-quota-account/llm-quota-account";
const EXPORTER_DASHBOARD = "/d/llm-quota-exporter-health/llm-quota-exporter-health";

export interface LinkBases {
  /** Address of the page whose headings are the alert names. */
  readonly runbookBase?: string | undefined;
  /** Address of the Grafana that has the shipped dashboards, without a slash at its end. */
  readonly dashboardBase?: string | undefined;
}

/** Where to read on about an alert: its runbook, and the dashboard that shows what it is about. */
export function linksOf(
  labels: Readonly<Record<string, string>>,
  { runbookBase = RUNBOOK, dashboardBase = "" }: LinkBases,
): { readonly runbook_url: string; readonly dashboard_url: string } {
  const variables = ["provider", "account", "quota"].flatMap((name) => {
    const value = labels[name];
    return value === undefined ? [] : [`var-${name}=${queryEscape(value)}`];
  });
  return {
    runbook_url: `${runbookBase}#${(labels["alertname"] ?? "").toLowerCase()}`,
    dashboard_url: `${dashboardBase}${dashboardPath(variables)}`,
  };
}

/** An alert that is about no account is about the exporter. `variables` are parts of a query string. */
export function dashboardPath(variables: readonly string[]): string {
  return variables.length === 0 ? EXPORTER_DASHBOARD : `${ACCOUNT_DASHBOARD}?${variables.join("&")}`;
}

/** As `urlquery` of Go's templates does it, so that a rule's link and ours are one. */
const queryEscape = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
