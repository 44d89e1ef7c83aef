import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

const DIRECTORY = new URL("../../grafana/dashboards/", import.meta.url);

const QUERIED_PANELS = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ refId: z.string(), expr: z.string() })).default([]) }),
  ),
});

export interface DashboardQuery {
  /** File name without its ending. */
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  /** PromQL as Grafana sends it with "All" chosen everywhere. */
  readonly expr: string;
}

/** Every query of every shipped dashboard, ready to be sent to a Prometheus. */
export function dashboardQueries(): readonly DashboardQuery[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const { panels } = QUERIED_PANELS.parse(JSON.parse(readFileSync(new URL(file, DIRECTORY), "utf8")));
      return panels.flatMap(({ title, targets }) =>
        targets.map(({ refId, expr }) => ({
          dashboard: file.replace(/\.json$/, ""),
          panel: title,
          refId,
          expr: withVariables(expr),
        })),
      );
    });
}

function withVariables(expr: string): string {
  const substituted = expr
    .replaceAll("$__rate_interval", "5m")
    .replaceAll(/\$(job|instance|provider|account|quota)\b/g, ".+");
  if (substituted.includes("$")) throw new Error(`a variable that no test knows: ${substituted}`);
  return substituted;
}
