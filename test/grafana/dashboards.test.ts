import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { renderDashboards } from "../../grafana/src/dashboards.ts";
import { families } from "../../src/metrics/render.ts";
import { dashboardQueries } from "../support/dashboard-queries.ts";

const DIRECTORY = new URL("../../grafana/dashboards/", import.meta.url);
const DATASOURCE = z.strictObject({ type: z.literal("prometheus"), uid: z.literal("$datasource") });

/** What Grafana needs, and what its own linter for dashboards asks of one that is published. */
const Dashboard = z.object({
  uid: z.string().regex(/^llm-quota-[a-z-]+$/),
  title: z.string().min(1),
  tags: z.array(z.string()).min(1),
  editable: z.literal(false),
  refresh: z.literal("1m"),
  timezone: z.literal("utc"),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), type: z.string(), label: z.string() })) }),
  panels: z.array(
    z.object({
      id: z.int().positive(),
      title: z.string().min(1),
      description: z.string().min(1),
      datasource: DATASOURCE,
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int().positive(), h: z.int().positive() }),
      fieldConfig: z.object({ defaults: z.object({ unit: z.string().min(1) }) }),
      targets: z
        .array(z.object({ refId: z.string().regex(/^[A-Z]$/), expr: z.string().min(1), datasource: DATASOURCE }))
        .min(1),
    }),
  ),
});

const FILES = readdirSync(DIRECTORY).filter((file) => file.endsWith(".json"));

function text(file: string): string {
  return readFileSync(new URL(file, DIRECTORY), "utf8");
}

describe("the dashboards", () => {
  it("are shipped as they are generated", () => {
    const committed = new Map(FILES.map((file) => [file, text(file)]));

    expect(committed, "run node grafana/src/generate.ts").toEqual(renderDashboards());
  });

  it("ask only for metrics that the exporter has", () => {
    const used = new Set(dashboardQueries().flatMap(({ expr }) => expr.match(/\bllm_quota_\w+/g) ?? []));
    const exposed = new Set(families.map(({ name }) => name));

    expect(used.size).toBeGreaterThan(5);
    expect([...used].filter((name) => !exposed.has(name))).toEqual([]);
  });
});

describe.each(FILES)("%s", (file) => {
  const dashboard = Dashboard.parse(JSON.parse(text(file)));

  it("lets the reader choose the data source and narrow down from job to quota", () => {
    const [datasource, ...labels] = dashboard.templating.list;

    expect(datasource).toMatchObject({ name: "datasource", label: "Data Source", type: "datasource" });
    expect(labels.map(({ name }) => name)).toEqual(["job", "instance", "provider", "account", "quota"]);
    for (const variable of labels) {
      expect(variable).toMatchObject({
        type: "query",
        label: variable.name,
        multi: true,
        includeAll: true,
        allValue: ".+",
        refresh: 2,
        datasource: { type: "prometheus", uid: "$datasource" },
      });
    }
  });

  it("gives every panel and every query of a panel an id of its own", () => {
    const ids = dashboard.panels.map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, targets } of dashboard.panels) {
      const refIds = targets.map(({ refId }) => refId);
      expect(new Set(refIds).size, title).toBe(refIds.length);
    }
  });

  it("lays its panels out without overlap, inside the width of the grid", () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24)).toEqual([]);
  });

  it("narrows every selector by the chosen job, instance, provider and account", () => {
    const selectors = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/llm_quota_\w+(\{[^}]*\})?/g) ?? []),
    );
    const chosen = ['job=~"$job"', 'instance=~"$instance"', 'provider=~"$provider"', 'account=~"$account"'];

    expect(selectors.filter((selector) => !chosen.every((matcher) => selector.includes(matcher)))).toEqual([]);
  });

  it("looks at counters only through a rate over the interval that Grafana chooses", () => {
    const counters = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\S*llm_quota_\w+_total\{[^}]*\}\S*/g) ?? []),
    );

    expect(counters.length).toBeGreaterThan(0);
    expect(counters.filter((use) => !/(rate|increase)\(llm_quota_.*\[\$__rate_interval\]/.test(use))).toEqual([]);
  });
});
