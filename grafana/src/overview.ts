import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DynamicConfigValue,
  MappingType,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { STATES, type State } from "../../src/quota/state.ts";
import { statPanel, tablePanel, timeSeriesPanel } from "./panels.ts";
import { ofAccount, ofQuota, ofQuotaOrAccount, perAccount, perQuota } from "./selectors.ts";
import { variables } from "./variables.ts";

const COLORS: Readonly<Record<State, string>> = {
  exhausted: "dark-red",
  critical: "red",
  topup: "orange",
  watch: "yellow",
  use_or_lose: "blue",
  unknown: "purple",
  ok: "green",
  unlimited: "dark-green",
};

const QUOTA_LEGEND = "{{provider}}/{{account}} {{quota}}";

/** A number per state, the most urgent the highest, so that a table can be sorted by it and show the name. */
const URGENCY = new Map(STATES.map((state, index) => [state, STATES.length - index]));

const URGENCY_OF_QUOTA = perQuota(
  [...URGENCY]
    .map(([state, urgency]) => `${ofQuota("llm_quota_alert_state", `state="${state}"`)} * ${urgency}`)
    .join(" or "),
);

/** Never under zero: a moment that has just passed is now, not a negative wait. */
function timeUntil(timestamp: string): string {
  return `clamp_min(${perQuota(timestamp)} - time(), 0)`;
}

const TIME_TO_EXHAUSTION = timeUntil(ofQuota("llm_quota_exhaustion_timestamp_seconds", 'estimate="likely"'));
const TIME_TO_RESET = timeUntil(ofQuota("llm_quota_reset_timestamp_seconds"));

/** Only credits: what a window has left matters until its reset, not for as long as it would last. */
const CREDITS_RUNWAY =
  `max by (provider, account, quota, unit) (${ofQuota("llm_quota_remaining")})` +
  ` / max by (provider, account, quota, unit) (${ofQuota("llm_quota_consumption_rate", 'window="long"')} > 0)` +
  ` and on (provider, account, quota) ${ofQuota("llm_quota_info", 'kind="credits"')}`;

function mapped(texts: Readonly<Record<string, { readonly text: string; readonly color: string }>>) {
  return { id: "mappings", value: [{ type: MappingType.ValueToText, options: texts }] } satisfies DynamicConfigValue;
}

const COLORED_CELL = { id: "custom.cellOptions", value: { type: "color-background", mode: "basic" } };
const GAUGE_CELL = { id: "custom.cellOptions", value: { type: "gauge", mode: "basic", valueDisplayMode: "text" } };

function worstFirst() {
  return tablePanel({
    id: 1,
    title: "Worst first",
    description: "Every quota, the most urgent on top. The binding quota is the one that stops its account first.",
    at: [0, 0, 16, 11],
    labels: ["provider", "account", "quota"],
    order: ["-State", "Runs out in", "Left"],
    columns: [
      {
        name: "State",
        expr: URGENCY_OF_QUOTA,
        unit: "none",
        properties: [
          mapped(
            Object.fromEntries(
              [...URGENCY].map(([state, urgency]) => [String(urgency), { text: state, color: COLORS[state] }]),
            ),
          ),
          COLORED_CELL,
        ],
      },
      {
        name: "Left",
        expr: perQuota(ofQuota("llm_quota_remaining_ratio")),
        unit: "percentunit",
        properties: [{ id: "min", value: 0 }, { id: "max", value: 1 }, GAUGE_CELL],
      },
      { name: "Runs out in", expr: TIME_TO_EXHAUSTION, unit: "s" },
      { name: "Resets in", expr: TIME_TO_RESET, unit: "s" },
      {
        name: "Binding",
        expr: perQuota(ofQuota("llm_quota_binding")),
        unit: "none",
        properties: [mapped({ 0: { text: "–", color: "text" }, 1: { text: "binding", color: "text" } })],
      },
    ],
  });
}

function quotasByState() {
  const panel = statPanel({
    id: 2,
    title: "Quotas by state",
    description: "How many quotas are in each state now.",
    at: [16, 0, 8, 5],
    queries: [
      {
        expr: `sum by (state) (max by (provider, account, quota, state) (${ofQuota("llm_quota_alert_state")}))`,
        legend: "{{state}}",
      },
    ],
  });
  for (const state of STATES) {
    panel.overrideByName(state, [{ id: "color", value: { mode: "fixed", fixedColor: COLORS[state] } }]);
  }
  return panel;
}

function activeAlerts() {
  const labels = ["alert", "severity", "provider", "account", "quota"];
  return tablePanel({
    id: 3,
    title: "Active alerts",
    description: "What the exporter fires now, by its own decision. Empty when nothing is wrong.",
    at: [16, 5, 8, 6],
    labels,
    order: ["severity"],
    columns: [
      {
        name: "Active",
        expr: `max by (${labels.join(", ")}) (${ofQuotaOrAccount("llm_quota_alert_active")})`,
        unit: "none",
        properties: [{ id: "custom.hidden", value: true }],
      },
    ],
  });
}

function timelines() {
  return [
    timeSeriesPanel({
      id: 4,
      title: "Left",
      description: "Share of the limit that is left. A gap means that no valid reading was at hand.",
      at: [0, 11, 12, 9],
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [{ expr: perQuota(ofQuota("llm_quota_remaining_ratio")), legend: QUOTA_LEGEND }],
    }),
    timeSeriesPanel({
      id: 5,
      title: "Time to exhaustion against time to reset",
      description:
        "Solid: when it runs out at this rate. Dashed: when it resets. Solid under dashed is a quota that will not last. No solid line is one that will.",
      at: [12, 11, 12, 9],
      unit: "s",
      min: 0,
      queries: [
        { expr: TIME_TO_EXHAUSTION, legend: `${QUOTA_LEGEND} runs out` },
        { expr: TIME_TO_RESET, legend: `${QUOTA_LEGEND} resets` },
      ],
    }).overrideByQuery("B", [{ id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } }]),
    timeSeriesPanel({
      id: 6,
      title: "Burn rate",
      description: "Rate of use × time left ÷ what is left. Above the line it runs out before the reset.",
      at: [0, 20, 12, 9],
      unit: "none",
      min: 0,
      threshold: 1,
      queries: ["long", "short"].map((window) => ({
        expr: perQuota(ofQuota("llm_quota_burn_rate", `window="${window}"`)),
        legend: `${QUOTA_LEGEND} ${window}`,
      })),
    }),
    timeSeriesPanel({
      id: 7,
      title: "Credits runway",
      description: "How long each balance lasts at its rate over the long window. No line: nothing is being spent.",
      at: [12, 20, 12, 9],
      unit: "s",
      min: 0,
      queries: [{ expr: CREDITS_RUNWAY, legend: `${QUOTA_LEGEND} ({{unit}})` }],
    }),
  ];
}

function accounts() {
  return tablePanel({
    id: 8,
    title: "Accounts",
    description: "Whether the last read of each account worked, and how old the last successful one is.",
    at: [0, 29, 12, 8],
    labels: ["provider", "account"],
    order: ["Up", "-Last success"],
    columns: [
      {
        name: "Up",
        expr: perAccount(ofAccount("llm_quota_account_up")),
        unit: "none",
        properties: [mapped({ 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } }), COLORED_CELL],
      },
      {
        name: "Last success",
        expr: `time() - ${perAccount(ofAccount("llm_quota_last_success_timestamp_seconds"))}`,
        unit: "s",
      },
    ],
  });
}

function pollFailures() {
  return timeSeriesPanel({
    id: 9,
    title: "Failed reads by reason",
    description: "Failed reads per second of each account, by reason. auth: see to the credential; others pass or not.",
    at: [12, 29, 12, 8],
    unit: "ops",
    min: 0,
    queries: [
      {
        expr: `sum by (provider, account, reason) (rate(${ofAccount("llm_quota_poll_failures_total")}[$__rate_interval])) > 0`,
        legend: "{{provider}}/{{account}} {{reason}}",
      },
    ],
  });
}

export function overview(): Dashboard {
  const dashboard = new DashboardBuilder("LLM quota / Overview")
    .uid("llm-quota-overview")
    .description("Which quota stops us first, when, and whether the numbers can be trusted.")
    .tags(["llm-quota"])
    .readonly()
    .refresh("1m")
    .time({ from: "now-24h", to: "now" })
    .timezone("utc")
    .tooltip(DashboardCursorSync.Crosshair);
  for (const variable of variables()) dashboard.withVariable(variable);
  for (const panel of [worstFirst(), quotasByState(), activeAlerts(), ...timelines(), accounts(), pollFailures()]) {
    dashboard.withPanel(panel);
  }
  return dashboard.build();
}
