import type { ShippedDashboard } from "../support/dashboard-queries.ts";
import type { ExposedFamilies } from "./exposed-families.ts";

export interface Finding {
  readonly rule: string;
  readonly dashboard: string;
  /** Title, or empty for the dashboard as a whole. */
  readonly panel: string;
  readonly problem: string;
}

export type LintRule = (dashboard: ShippedDashboard, families: ExposedFamilies) => readonly Problem[];

interface Problem {
  readonly panel?: string;
  readonly problem: string;
}

type Panel = ShippedDashboard["panels"][number];

const LABELS = ["job", "instance", "provider", "account", "quota"] as const;

/** Of Grafana's units those that mean something here; a unit that it does not know is shown behind the number as it is. */
const UNITS = new Set([
  ...["none", "short", "percentunit", "s", "ms", "bytes", "ops", "opm", "cps", "cpm", "reqps", "rpm"],
  ...["currencyUSD", "dateTimeFromNow", "bool_yes_no"],
]);

/** A metric with its matchers. No matcher of ours has a brace in it. */
interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly text: string;
}

function selectorsOf(expr: string): readonly Selector[] {
  return [...expr.matchAll(/\b([a-z_]\w*)\{([^}]*)\}/g)].map(([text, metric = "", matchers = ""]) => ({
    metric,
    text,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = ""]) => label),
  }));
}

const each = (find: (panel: Panel) => readonly string[]): LintRule =>
  function perPanel({ panels }) {
    return panels.flatMap((panel) => find(panel).map((problem) => ({ panel: panel.title, problem })));
  };

const expressions = ({ targets }: Panel): readonly string[] => targets.map(({ expr }) => expr);

function datasourceVariable({ templating: { list } }: ShippedDashboard): readonly Problem[] {
  const found = list.filter(({ type }) => type === "datasource");
  const isRight = found.length === 1 && found[0]?.name === "datasource" && found[0].label === "Data Source";
  return isRight ? [] : [{ problem: `${found.length} data source variables, or one with another name` }];
}

/** Each variable is asked of the chosen data source, narrowed by every variable before it, and lets all be chosen. */
const labelVariables: LintRule = ({ templating: { list } }, families) => {
  const queried = list.filter(({ type }) => type === "query");
  const names = queried.map(({ name }) => name);
  const chain = LABELS.slice(0, names.length);
  if (names.length < 2 || names.join() !== chain.join()) return [{ problem: `the variables ${names.join(", ")}` }];
  return queried.flatMap((variable, index) => {
    const { name, label, query, multi, includeAll, allValue, refresh, datasource } = variable;
    const [, metric = "", matchers = ""] = /^label_values\((\w+)(?:\{(.*)\})?, (\w+)\)$/.exec(String(query)) ?? [];
    const wanted = {
      ...{ label: name, multi: true, includeAll: true, allValue: ".+", refresh: 2 },
      ...{ datasource: { type: "prometheus", uid: "$datasource" }, isKnown: true },
      query: `label_values(${metric}${matchers === "" ? "" : `{${matchers}}`}, ${name})`,
      matchers: names
        .slice(0, index)
        .map((wider) => `${wider}=~"$${wider}"`)
        .join(","),
    };
    const isKnown = families.get(metric)?.labels.has(name) ?? false;
    const is = { label, multi, includeAll, allValue, refresh, datasource, isKnown, query, matchers };
    return JSON.stringify(is) === JSON.stringify({ ...is, ...wanted }) ? [] : [{ problem: `the variable ${name}` }];
  });
};

const panelDatasource = each(({ datasource, targets }) =>
  [datasource, ...targets.map((target) => target.datasource)]
    .filter(({ type, uid }) => type !== "prometheus" || uid !== "$datasource")
    .map(({ type, uid }) => `asks ${type} ${uid}`),
);

const panelTexts = each(({ title, description }) => [
  ...(title === "" ? ["no title"] : []),
  ...(description.length < 10 ? ["no description"] : []),
]);

const panelUnits = each(({ fieldConfig: { defaults, overrides } }) =>
  [
    defaults.unit,
    ...overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === "unit").map(({ value }) => value)),
  ]
    .filter((unit) => typeof unit !== "string" || !UNITS.has(unit))
    .map((unit) => `the unit ${String(unit)}`),
);

const panelTargets = each(({ targets }) => (targets.length === 0 ? ["no query"] : []));

const targetKinds = each(({ targets }) =>
  targets
    .filter(({ instant, range }) => instant === range)
    .map(({ refId }) => `${refId} is not one of instant and range`),
);

const rateInterval = each((panel) =>
  expressions(panel)
    .flatMap((expr) => [...expr.matchAll(/\b(?:i?rate|i?delta|increase|changes|\w+_over_time)\([^[]*\[([^\]]*)\]/g)])
    .filter(([, window]) => window !== "$__rate_interval")
    .map(([, window]) => `a window of ${window}`),
);

const chosen = (label: (typeof LABELS)[number]): LintRule =>
  function narrowed({ templating, panels, annotations }, families) {
    if (!templating.list.some(({ name }) => name === label)) return [];
    const all = [
      ...panels.flatMap((panel) => expressions(panel).map((expr) => ({ panel: panel.title, expr }))),
      ...annotations.list.map(({ name, expr }) => ({ panel: name, expr })),
    ];
    return all.flatMap(({ panel, expr }) =>
      selectorsOf(expr)
        .filter(({ metric }) => families.get(metric)?.labels.has(label) ?? true)
        .filter(({ text }) => !text.includes(`${label}=~"$${label}`))
        .map(({ text }) => ({ panel, problem: `${text} ignores $${label}` })),
    );
  };

const counters: LintRule = ({ panels }, families) =>
  panels.flatMap((panel) =>
    expressions(panel).flatMap((expr) =>
      [...expr.matchAll(/(\w+\()?\b([a-z_]\w*)\{[^}]*\}(\[)?/g)]
        .filter(([, , metric = ""]) => families.get(metric)?.isCounter ?? false)
        .filter(([, call = "", , range]) => !/^(rate|irate|increase|changes)\($/.test(call) || range === undefined)
        .map(([, , metric = ""]) => ({ panel: panel.title, problem: `${metric} outside rate, increase and changes` })),
    ),
  );

/** Also finds a metric that is written without matchers. */
const knownNames: LintRule = ({ panels, annotations }, families) => {
  const queries = [
    ...panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => ({ panel: title, expr, legend: legendFormat })),
    ),
    ...annotations.list.map(({ name, expr }) => ({ panel: name, expr, legend: "" })),
  ];
  return queries.flatMap(({ panel, expr, legend }) => {
    const selectors = selectorsOf(expr);
    const kept = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
    const exposed = new Set(selectors.flatMap(({ metric }) => [...(families.get(metric)?.labels ?? [])]));
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name);
    return [
      ...selectors.filter(({ metric }) => !families.has(metric)).map(({ metric }) => `no metric ${metric}`),
      ...selectors.flatMap(({ metric, labels }) =>
        labels
          .filter((name) => !families.get(metric)?.labels.has(name))
          .map((name) => `${metric} has no label ${name}`),
      ),
      ...kept.filter((name) => !exposed.has(name)).map((name) => `no label ${name} to group by`),
      ...shown.filter((name) => !kept.includes(name)).map((name) => `the legend names ${name}`),
      ...[...expr.matchAll(/\b(?:llm_quota|process|nodejs)_\w+\b(?!\{)/g)].map(([name]) => `${name} without matchers`),
    ].map((problem) => ({ panel, problem }));
  });
};

function identity({
  uid,
  tags,
  editable,
  refresh,
  timezone,
  description,
  links,
}: ShippedDashboard): readonly Problem[] {
  const link = links.find(({ type }) => type === "dashboards");
  return [
    ...(/^llm-quota-[a-z-]+$/.test(uid) ? [] : ["an unstable uid"]),
    ...(tags.join() === "llm-quota" ? [] : ["other tags"]),
    ...(editable ? ["editable"] : []),
    ...(refresh === "1m" && timezone === "utc" ? [] : ["another refresh or time zone"]),
    ...(description === undefined ? ["no description"] : []),
    ...(link?.tags.join() === tags.join() && link.includeVars && link.keepTime ? [] : ["no links to the others"]),
  ].map((problem) => ({ problem }));
}

function uniqueIds({ panels }: ShippedDashboard): readonly Problem[] {
  const ids = panels.map(({ id }) => id);
  const twice = panels.filter(({ id }, index) => id < 1 || ids.indexOf(id) !== index);
  return [
    ...twice.map(({ title, id }) => ({ panel: title, problem: `the id ${id}` })),
    ...panels
      .filter(({ targets }) => new Set(targets.map(({ refId }) => refId)).size < targets.length)
      .map(({ title }) => ({ panel: title, problem: "a refId twice" })),
    ...panels
      .filter(({ targets }) => targets.some(({ refId }) => !/^[A-Z]$/.test(refId)))
      .map(({ title }) => ({ panel: title, problem: "no refId" })),
  ];
}

function layout({ panels }: ShippedDashboard): readonly Problem[] {
  const taken = new Set<string>();
  return panels.flatMap(({ title, gridPos: { x, y, w, h } }) => {
    const cells = Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`);
    const overlaps = cells.some((cell) => taken.has(cell));
    for (const cell of cells) taken.add(cell);
    return overlaps || x + w > 24 || cells.length === 0 ? [{ panel: title, problem: "overlaps or is too wide" }] : [];
  });
}

/** The rules of Grafana's own dashboard-linter for Prometheus by their names, and ours. That queries parse, promtool says. */
export const LINT_RULES: ReadonlyMap<string, LintRule> = new Map([
  ["template-datasource", datasourceVariable],
  ["template-job, template-instance, template-label-promql, template-on-time-change-reload", labelVariables],
  ["panel-datasource", panelDatasource],
  ["panel-title-description", panelTexts],
  ["panel-units", panelUnits],
  ["panel-no-targets", panelTargets],
  ["target-rate-interval", rateInterval],
  ["target-job", chosen("job")],
  ["target-instance", chosen("instance")],
  ["target-provider", chosen("provider")],
  ["target-account", chosen("account")],
  ["target-quota", chosen("quota")],
  ["target-counter-agg", counters],
  ["target-names", knownNames],
  ["target-instant-or-range", targetKinds],
  ["uneditable-dashboard, identity", identity],
  ["unique-ids", uniqueIds],
  ["layout", layout],
]);
