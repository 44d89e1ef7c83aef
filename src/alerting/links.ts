/** The page in this repository; its readers pass the address under which they publish it. */
const RUNBOOK = "docs/alerts.md";
const DASHBOARD = "/d/llm-quota-overview/llm-quota-overview";

export interface LinkBases {
  /** Address of the page whose headings are the alert names. */
  readonly runbookBase?: string | undefined;
  /** Address of the Grafana that has the shipped dashboard, without a slash at its end. */
  readonly dashboardBase?: string | undefined;
}

/** Where to read on about an alert: its runbook, and the dashboard with the variables set to what it is about. */
export function linksOf(
  labels: Readonly<Record<string, string>>,
  { runbookBase = RUNBOOK, dashboardBase = "" }: LinkBases,
): { readonly runbook_url: string; readonly dashboard_url: string } {
  const variables = ["provider", "account", "quota"].flatMap((name) => {
    const value = labels[name];
    return value === undefined ? [] : [`var-${name}=${queryEscape(value)}`];
  });
  const query = variables.length === 0 ? "" : `?${variables.join("&")}`;
  return {
    runbook_url: `${runbookBase}#${(labels["alertname"] ?? "").toLowerCase()}`,
    dashboard_url: `${dashboardBase}${DASHBOARD}${query}`,
  };
}

/** As `urlquery` of Go's templates does it, so that a rule's link and ours are one. */
const queryEscape = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
