import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";

export const DATASOURCE: DataSourceRef = { type: "prometheus", uid: "$datasource" };

/** From the widest to the narrowest. */
const LABELS = ["job", "instance", "provider", "account", "quota"] as const;

export type Narrowest = (typeof LABELS)[number];

/**
 * Each choice narrows the ones after it. The metrics are those that every account and every quota has. Grafana escapes
 * what is chosen for a matcher with a regular expression, because several values may be chosen: names with dots are safe.
 */
export function variables(narrowest: Narrowest) {
  const labels = LABELS.slice(0, LABELS.indexOf(narrowest) + 1);
  return [
    new DatasourceVariableBuilder("datasource").label("Data Source").type("prometheus"),
    ...labels.map((label, index) => queried(label, labels.slice(0, index))),
  ];
}

function queried(name: Narrowest, wider: readonly Narrowest[]) {
  const metric = name === "quota" ? "llm_quota_info" : "llm_quota_account_up";
  const matchers = wider.map((label) => `${label}=~"$${label}"`).join(",");
  const query = `label_values(${metric}${matchers === "" ? "" : `{${matchers}}`}, ${name})`;
  return new QueryVariableBuilder(name)
    .label(name)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ text: ["All"], value: ["$__all"] });
}
