import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";

export const DATASOURCE: DataSourceRef = { type: "prometheus", uid: "$datasource" };

/** Each choice narrows the ones after it. The metrics are those that every account and every quota has. */
export function variables() {
  return [
    new DatasourceVariableBuilder("datasource").label("Data Source").type("prometheus"),
    label("job", "llm_quota_account_up"),
    label("instance", 'llm_quota_account_up{job=~"$job"}'),
    label("provider", 'llm_quota_account_up{job=~"$job",instance=~"$instance"}'),
    label("account", 'llm_quota_account_up{job=~"$job",instance=~"$instance",provider=~"$provider"}'),
    label("quota", 'llm_quota_info{job=~"$job",instance=~"$instance",provider=~"$provider",account=~"$account"}'),
  ];
}

function label(name: string, series: string) {
  const query = `label_values(${series}, ${name})`;
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
