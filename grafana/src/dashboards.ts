import { overview } from "./overview.ts";

/** File name under grafana/dashboards/ → its text. */
export function renderDashboards(): ReadonlyMap<string, string> {
  return new Map([["overview.json", `${JSON.stringify(overview(), null, 2)}\n`]]);
}
