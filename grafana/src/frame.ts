import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DATASOURCE, type Narrowest, variables } from "./variables.ts";

/** Alerts, bookmarks and the links between the dashboards name these: they never change. */
export const OVERVIEW_UID = "llm-quota-overview";
export const ACCOUNT_UID = "llm-quota-account";
export const EXPORTER_UID = "llm-quota-exporter-health";
export const LIVE_TRAFFIC_UID = "llm-quota-live-traffic";

const TAG = "llm-quota";

interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The last of the variables that the reader may narrow it down by. */
  readonly narrowest: Narrowest;
  readonly annotations?: readonly AnnotationQueryBuilder[];
}

/** What all dashboards have in common; panels are added by the caller. */
export function dashboardFrame({ uid, title, description, narrowest, annotations = [] }: DashboardSpec) {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .refresh("1m")
    .time({ from: "now-24h", to: "now" })
    .timezone("utc")
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder("LLM quota")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(true),
    );
  for (const variable of variables(narrowest)) dashboard.withVariable(variable);
  for (const annotation of annotations) dashboard.annotation(annotation);
  return dashboard;
}

/** Marks on every graph where the query is above zero. Labels of its series may stand in the text as `{{label}}`. */
export function annotation(name: string, color: string, expr: string, text: string): AnnotationQueryBuilder {
  return (
    new AnnotationQueryBuilder()
      .name(name)
      .datasource(DATASOURCE)
      .enable(true)
      .iconColor(color)
      .expr(expr)
      // The shortest step that Grafana takes here; it is longer where the time range is long.
      .step("60s")
      .titleFormat(name)
      .textFormat(text)
      .tagKeys("provider,account,quota")
  );
}

/** From a row of a table to the account that it is about, and to its quota where the row has one. */
export function accountLink(...labels: readonly ("provider" | "account" | "quota")[]) {
  const kept = ["datasource", "job", "instance"].map((name) => `\${${name}:queryparam}`);
  // The cells may hold anything that a person has called an account.
  const chosen = labels.map((label) => `var-${label}=\${__data.fields.${label}:percentencode}`);
  const query = `${[...kept, ...chosen].join("&")}&\${__url_time_range}`;
  return {
    id: "links",
    value: [{ title: "Show this account", url: `/d/${ACCOUNT_UID}/${ACCOUNT_UID}?${query}`, targetBlank: false }],
  };
}
