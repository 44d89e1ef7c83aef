import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { STATES } from "../../src/quota/state.ts";
import { accountsTable } from "./accounts-table.ts";
import { accountLink, dashboardFrame, OVERVIEW_UID } from "./frame.ts";
import { stateTimelinePanel, statPanel, tablePanel, timeSeriesPanel } from "./panels.ts";
import { ofQuota, ofQuotaOrAccount, perQuota, perQuotaAndUnit, timeUntil } from "./selectors.ts";
import {
  COLORED_CELL,
  countIn,
  GAUGE_CELL,
  HIDDEN,
  mapped,
  STATE_COLORS,
  STATE_TEXTS,
  texts,
  URGENCY_OF_QUOTA,
} from "./states.ts";

const QUOTA = ["provider", "account", "quota"] as const;
const QUOTA_LEGEND = "{{provider}}/{{account}} {{quota}}";
const QUOTA_LINKS = {
  account: [accountLink("provider", "account")],
  quota: [accountLink(...QUOTA)],
};

const RATIO = perQuota(ofQuota("llm_quota_remaining_ratio"));
const RESET = perQuota(ofQuota("llm_quota_reset_timestamp_seconds"));
const EXPIRY = perQuota(ofQuota("llm_quota_expiry_timestamp_seconds"));
const EXHAUSTION = perQuota(ofQuota("llm_quota_exhaustion_timestamp_seconds", 'estimate="likely"'));
const LAPSING = `${perQuota(ofQuota("llm_quota_alert_state", 'state="use_or_lose"'))} == 1`;

/** Only credits: what a window has left matters until its reset, not for as long as it would last. */
const CREDITS_RUNWAY =
  perQuotaAndUnit(ofQuota("llm_quota_remaining")) +
  ` / ${perQuotaAndUnit(`${ofQuota("llm_quota_consumption_rate", 'window="long"')} > 0`)}` +
  ` and on (provider, account, quota) ${ofQuota("llm_quota_info", 'kind="credits"')}`;

/** Comparable between quotas of different units. */
const SHARE_PER_HOUR =
  `${perQuota(ofQuota("llm_quota_consumption_rate", 'window="long"'))}` +
  ` / (${perQuota(ofQuota("llm_quota_limit"))} > 0) * 3600`;

function worstFirst() {
  return tablePanel({
    id: 1,
    title: "Worst first",
    description:
      "Every quota, the most urgent on top. Runs out in: at the present pace; 0 has run out, no value is one that lasts. Binding: the quota that stops its account first. Used at reset: share of the limit if this goes on.",
    at: [0, 0, 16, 12],
    labels: QUOTA,
    labelProperties: QUOTA_LINKS,
    order: ["-State", "Runs out in", "Left"],
    columns: [
      { name: "State", expr: URGENCY_OF_QUOTA, unit: "none", properties: [mapped(STATE_TEXTS), COLORED_CELL] },
      {
        name: "Left",
        expr: RATIO,
        unit: "percentunit",
        properties: [{ id: "min", value: 0 }, { id: "max", value: 1 }, GAUGE_CELL],
      },
      { name: "Runs out in", expr: timeUntil(EXHAUSTION), unit: "s" },
      { name: "Resets in", expr: timeUntil(RESET), unit: "s" },
      {
        name: "Binding",
        expr: perQuota(ofQuota("llm_quota_binding")),
        unit: "none",
        properties: [mapped({ 0: { text: "–", color: "text" }, 1: { text: "binding", color: "text" } })],
      },
      { name: "Used at reset", expr: perQuota(ofQuota("llm_quota_projected_used_ratio")), unit: "percentunit" },
    ],
  });
}

function quotasByState() {
  const panel = statPanel({
    id: 2,
    title: "Quotas by state",
    description: "How many quotas are in each state now. Where two replicas disagree, the more urgent state counts.",
    at: [16, 0, 8, 5],
    queries: STATES.map((state) => ({ expr: countIn(state), legend: state })),
  });
  for (const state of STATES) {
    panel.overrideByName(state, [{ id: "color", value: { mode: "fixed", fixedColor: STATE_COLORS[state] } }]);
  }
  return panel;
}

function activeAlerts() {
  const labels = ["alert", "severity", "provider", "account", "quota"];
  return tablePanel({
    id: 3,
    title: "Active alerts",
    description: "What the exporter fires now, by its own decision. Empty while nothing fires.",
    at: [16, 5, 8, 7],
    labels,
    labelProperties: { account: [accountLink("provider", "account")] },
    order: ["severity"],
    columns: [
      {
        name: "Active",
        expr: `max by (${labels.join(", ")}) (${ofQuotaOrAccount("llm_quota_alert_active")})`,
        unit: "none",
        properties: [HIDDEN],
      },
    ],
  });
}

function timelines() {
  return [
    stateTimelinePanel({
      id: 4,
      title: "State over time",
      description: "The state of each quota, as the exporter has decided it.",
      at: [0, 12, 24, 9],
      mappings: [texts(STATE_TEXTS)],
      queries: [{ expr: URGENCY_OF_QUOTA, legend: QUOTA_LEGEND }],
    }),
    timeSeriesPanel({
      id: 5,
      title: "Left",
      description: "Share of the limit that is left. A gap means that no valid reading was at hand.",
      at: [0, 21, 12, 9],
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [{ expr: RATIO, legend: QUOTA_LEGEND }],
    }),
    timeSeriesPanel({
      id: 6,
      title: "Time to exhaustion against time to reset",
      description:
        "Solid: when it runs out at this pace. Dashed: when it resets. Solid under dashed is a quota that will not last. No solid line is one that will.",
      at: [12, 21, 12, 9],
      unit: "s",
      min: 0,
      queries: [
        { expr: timeUntil(EXHAUSTION), legend: `${QUOTA_LEGEND} runs out` },
        { expr: timeUntil(RESET), legend: `${QUOTA_LEGEND} resets` },
      ],
    }).overrideByQuery("B", [{ id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } }]),
    timeSeriesPanel({
      id: 7,
      title: "Credits runway",
      description:
        "How long each balance lasts at its pace over the long window. Empty while no credits are being spent.",
      at: [0, 39, 12, 8],
      unit: "s",
      min: 0,
      queries: [{ expr: CREDITS_RUNWAY, legend: `${QUOTA_LEGEND} ({{unit}})` }],
    }),
  ];
}

function whoBurns() {
  return tablePanel({
    id: 8,
    title: "Who burns most",
    description:
      "Share of the limit that goes per hour, over the long window, the fastest on top. Burn rate: above 1 it runs out before its reset. Quotas without a limit, as balances are, have no share.",
    at: [0, 30, 12, 9],
    labels: QUOTA,
    labelProperties: QUOTA_LINKS,
    order: ["-Limit per hour"],
    columns: [
      { name: "Limit per hour", expr: SHARE_PER_HOUR, unit: "percentunit" },
      {
        name: "Burn rate",
        expr: perQuota(ofQuota("llm_quota_burn_rate", 'window="long"')),
        unit: "none",
        properties: [{ id: "decimals", value: 2 }],
      },
    ],
  });
}

function useOrLose() {
  return tablePanel({
    id: 9,
    title: "Use or lose",
    description: "What lapses unused at the present pace, the first to lapse on top. Empty while nothing is about to.",
    at: [12, 30, 12, 9],
    labels: QUOTA,
    labelProperties: QUOTA_LINKS,
    order: ["Lapses in"],
    columns: [
      {
        name: "Lapses in",
        expr: `${timeUntil(`(${EXPIRY} or ${RESET})`)} and on (provider, account, quota) ${LAPSING}`,
        unit: "s",
      },
      { name: "Left", expr: `${RATIO} and on (provider, account, quota) ${LAPSING}`, unit: "percentunit" },
    ],
  });
}

function accounts() {
  return accountsTable({
    id: 10,
    description: "Whether the last read of each account worked, and how long ago one did. More on Exporter health.",
    at: [12, 39, 12, 8],
  });
}

export function overview(): Dashboard {
  const dashboard = dashboardFrame({
    uid: OVERVIEW_UID,
    title: "LLM quota / Overview",
    description: "Which quota stops us first, when, and who burns it.",
    narrowest: "quota",
  });
  const panels = [worstFirst(), quotasByState(), activeAlerts(), ...timelines(), whoBurns(), useOrLose(), accounts()];
  for (const panel of panels) dashboard.withPanel(panel);
  return dashboard.build();
}
