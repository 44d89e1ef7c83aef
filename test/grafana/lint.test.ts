import { describe, expect, it } from "vitest";
import { families } from "../../src/metrics/render.ts";
import { type ShippedDashboard, shippedDashboards } from "../support/dashboard-queries.ts";
import { exposedFamilies } from "./exposed-families.ts";
import { type Finding, LINT_RULES } from "./lint-rules.ts";

/** What a rule may not be asked of, and why. Each names one panel and one problem. */
const EXCEPTIONS: readonly (Finding & { readonly reason: string })[] = ["1h", "1d", "7d"].map((window) => ({
  rule: "target-rate-interval",
  dashboard: "account",
  panel: "Consumed lately",
  problem: `a window of ${window}`,
  reason: "the window is what the column is about: it must not follow the time range",
}));

const exposed = await exposedFamilies();
const dashboards = shippedDashboards();

function findings(rule: string, dashboard: string, shown: ShippedDashboard): readonly Finding[] {
  const problems = LINT_RULES.get(rule)?.(shown, exposed) ?? [];
  return problems.map(({ panel = "", problem }) => ({ rule, dashboard, panel, problem }));
}

const isSame = (one: Finding, other: Finding) =>
  one.rule === other.rule &&
  one.dashboard === other.dashboard &&
  one.panel === other.panel &&
  one.problem === other.problem;

const cases = [...dashboards.keys()].flatMap((dashboard) =>
  [...LINT_RULES.keys()].map((rule) => ({ dashboard, rule })),
);

describe("the dashboards", () => {
  it.each(cases)("$dashboard keeps to the rule $rule", ({ dashboard, rule }) => {
    const shown = dashboards.get(dashboard);

    const found = shown === undefined ? undefined : findings(rule, dashboard, shown);
    expect(found?.filter((finding) => !EXCEPTIONS.some((exception) => isSame(exception, finding)))).toEqual([]);
  });

  it.each(EXCEPTIONS)("need the exception from $rule in $dashboard, $panel: $problem", (exception) => {
    const shown = dashboards.get(exception.dashboard);

    const found = shown === undefined ? [] : findings(exception.rule, exception.dashboard, shown);
    expect(found.some((finding) => isSame(exception, finding))).toBe(true);
  });

  it("show every family of quotas, forecasts and accounts, or there is a reason not to", () => {
    const shown = JSON.stringify([...dashboards.values()]);

    const missing = families.map(({ name }) => name).filter((name) => !new RegExp(`${name}\\b`).test(shown));
    expect(missing).toEqual([
      // The timestamp says the same, also between two scrapes.
      "llm_quota_reset_seconds",
      // It follows from the period of the quota, and never changes.
      "llm_quota_rate_window_seconds",
    ]);
  });

  it("have uids and titles of their own", () => {
    const all = [...dashboards.values()];

    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });
});

type Change = (dashboard: ShippedDashboard) => void;

const firstPanel = (change: (panel: ShippedDashboard["panels"][number]) => void): Change =>
  function ofFirst({ panels }) {
    const [panel] = panels;
    if (panel === undefined) throw new Error("a dashboard without panels");
    change(panel);
  };
const firstQuery = (expr: (before: string) => string): Change =>
  firstPanel(({ targets: [target] }) => {
    if (target === undefined) throw new Error("a panel without queries");
    target.expr = expr(target.expr);
  });
const variable = (name: string, change: Readonly<Record<string, unknown>>): Change =>
  function ofVariable({ templating }) {
    Object.assign(templating.list.find((one) => one.name === name) ?? {}, change);
  };

const VARIABLES = "template-job, template-instance, template-label-promql, template-on-time-change-reload";
const CHOSEN = 'job=~"$job",instance=~"$instance",provider=~"$provider",account=~"$account",quota=~"$quota"';

/** One change for each rule that must make it speak: a rule that never does looks like a dashboard without faults. */
const MUTATIONS: readonly { rule: string; breaking: string; change: Change }[] = [
  { rule: "template-datasource", breaking: "another name", change: variable("datasource", { name: "prometheus" }) },
  { rule: VARIABLES, breaking: "one value only", change: variable("account", { multi: false }) },
  { rule: VARIABLES, breaking: "a stale list", change: variable("instance", { refresh: 1 }) },
  {
    rule: VARIABLES,
    breaking: "no chain",
    change: variable("quota", { query: "label_values(llm_quota_info, quota)" }),
  },
  {
    rule: VARIABLES,
    breaking: "an unknown metric",
    change: variable("job", { query: "label_values(llm_quota, job)" }),
  },
  {
    rule: "panel-datasource",
    breaking: "a fixed data source",
    change: firstPanel((panel) => {
      panel.datasource.uid = "abc";
    }),
  },
  {
    rule: "panel-title-description",
    breaking: "no description",
    change: firstPanel((panel) => {
      panel.description = "";
    }),
  },
  {
    rule: "panel-units",
    breaking: "a unit that Grafana does not have",
    change: firstPanel((panel) => {
      panel.fieldConfig.defaults.unit = "tokens";
    }),
  },
  {
    rule: "panel-no-targets",
    breaking: "no query",
    change: firstPanel((panel) => {
      panel.targets = [];
    }),
  },
  {
    rule: "target-rate-interval",
    breaking: "a fixed window",
    change: firstQuery(() => `rate(llm_quota_polls_total{${CHOSEN}}[5m])`),
  },
  ...["job", "instance", "provider", "account", "quota"].map((label) => ({
    rule: `target-${label}`,
    breaking: "a selector that does not follow the variable",
    change: firstQuery((expr) => expr.replace(`${label}=~"$${label}"`, `${label}=~".+"`)),
  })),
  {
    rule: "target-counter-agg",
    breaking: "a bare counter",
    change: firstQuery(() => `max by (provider) (llm_quota_consumed_total{${CHOSEN}})`),
  },
  {
    rule: "target-names",
    breaking: "a misspelt metric",
    change: firstQuery((expr) => expr.replace("alert_", "alrt_")),
  },
  { rule: "target-names", breaking: "a misspelt label", change: firstQuery((expr) => expr.replace("state=", "stat=")) },
  { rule: "target-names", breaking: "an unknown group", change: firstQuery((expr) => expr.replace("quota)", "qota)")) },
  { rule: "target-names", breaking: "no matchers", change: firstQuery(() => "max by (job) (llm_quota_limit)") },
  {
    rule: "target-instant-or-range",
    breaking: "both at once",
    change: firstPanel(({ targets }) => {
      for (const target of targets) target.range = true;
    }),
  },
  {
    rule: "uneditable-dashboard, identity",
    breaking: "editable",
    change: (dashboard) => {
      dashboard.editable = true;
    },
  },
  {
    rule: "uneditable-dashboard, identity",
    breaking: "no links to the others",
    change: (dashboard) => {
      dashboard.links = [];
    },
  },
  {
    rule: "unique-ids",
    breaking: "an id twice",
    change: ({ panels }) => {
      for (const panel of panels) panel.id = 1;
    },
  },
  {
    rule: "unique-ids",
    breaking: "a refId twice",
    change: firstPanel(({ targets }) => {
      for (const target of targets) target.refId = "A";
    }),
  },
  {
    rule: "layout",
    breaking: "overlap",
    change: ({ panels }) => {
      for (const panel of panels) panel.gridPos.y = 0;
    },
  },
];

describe("the rules", () => {
  it.each(MUTATIONS)("$rule finds $breaking", ({ rule, change }) => {
    const shown = dashboards.get("overview");
    if (shown === undefined) throw new Error("no overview");
    const broken = structuredClone(shown);

    change(broken);

    expect(findings(rule, "overview", shown)).toEqual([]);
    expect(findings(rule, "overview", broken)).not.toEqual([]);
  });

  it("each have a change that makes them speak", () => {
    expect(new Set(MUTATIONS.map(({ rule }) => rule))).toEqual(new Set(LINT_RULES.keys()));
  });
});
