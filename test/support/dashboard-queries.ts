import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

const DIRECTORY = new URL("../../grafana/dashboards/", import.meta.url);

const Datasource = z.object({ type: z.string(), uid: z.string() });

const Dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()),
  editable: z.boolean(),
  refresh: z.string(),
  timezone: z.string(),
  links: z
    .array(z.object({ type: z.string(), tags: z.array(z.string()), includeVars: z.boolean(), keepTime: z.boolean() }))
    .default([]),
  annotations: z
    .object({ list: z.array(z.object({ name: z.string(), expr: z.string(), datasource: Datasource })).default([]) })
    .prefault({}),
  templating: z.object({
    list: z.array(
      z.looseObject({ name: z.string(), type: z.string(), label: z.string(), query: z.unknown().optional() }),
    ),
  }),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      description: z.string().default(""),
      datasource: Datasource,
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      fieldConfig: z.object({
        defaults: z.object({ unit: z.string().optional() }),
        overrides: z.array(
          z.object({
            matcher: z.object({ id: z.string(), options: z.unknown() }),
            properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
          }),
        ),
      }),
      targets: z
        .array(
          z.object({
            refId: z.string(),
            expr: z.string(),
            datasource: Datasource,
            legendFormat: z.string().default(""),
            instant: z.boolean().default(false),
            range: z.boolean().default(false),
          }),
        )
        .default([]),
    }),
  ),
});

export type ShippedDashboard = z.infer<typeof Dashboard>;

export interface DashboardQuery {
  /** File name without its ending. */
  readonly dashboard: string;
  /** Its title; of an annotation, its name with the word before it. */
  readonly panel: string;
  readonly description: string;
  readonly refId: string;
  readonly isRange: boolean;
  /** As it is written, with variables. */
  readonly written: string;
  /** PromQL as Grafana sends it with "All" chosen everywhere. */
  readonly expr: string;
}

export type Chosen = Readonly<Partial<Record<"job" | "instance" | "provider" | "account" | "quota", string>>>;

/** File name without its ending → the dashboard. */
export function shippedDashboards(): ReadonlyMap<string, ShippedDashboard> {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith(".json"));
  return new Map(
    files.map((file) => [
      file.replace(/\.json$/, ""),
      Dashboard.parse(JSON.parse(readFileSync(new URL(file, DIRECTORY), "utf8"))),
    ]),
  );
}

/** Every query of every shipped dashboard, those of annotations too, ready to be sent to a Prometheus. */
export function dashboardQueries(): readonly DashboardQuery[] {
  return [...shippedDashboards()].flatMap(([dashboard, { panels, annotations }]) => [
    ...panels.flatMap(({ title, description, targets }) =>
      targets.map(({ refId, expr: written, range }) => ({
        ...{ dashboard, panel: title, description, refId, isRange: range, written },
        expr: withVariables(written),
      })),
    ),
    ...annotations.list.map(({ name, expr: written }) => ({
      ...{ dashboard, panel: `annotation ${name}`, description: "", refId: "Anno", isRange: true, written },
      expr: withVariables(written),
    })),
  ]);
}

/** The query with these values chosen as Grafana writes them into it, and "All" for the rest. */
export function withVariables(expr: string, chosen: Chosen = {}): string {
  const values = new Map(Object.entries(chosen));
  const substituted = expr
    .replaceAll("$__rate_interval", "5m")
    .replaceAll(/\$(job|instance|provider|account|quota)\b/g, (_, name: string) => {
      const value = values.get(name);
      return value === undefined ? ".+" : escaped(value);
    });
  if (substituted.includes("$")) throw new Error(`a variable that no test knows: ${substituted}`);
  return substituted;
}

/** As Grafana's Prometheus data source does it with a variable of several values: for a regular expression in quotes. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\\\\\").replaceAll(/[$^*{}[\]+?.()|]/g, "\\\\$&");
}
