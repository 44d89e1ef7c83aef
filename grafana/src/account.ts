import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { accountTables } from "./account-tables.ts";
import { ACCOUNT_UID, annotation, dashboardFrame } from "./frame.ts";
import { stateTimelinePanel, timeSeriesPanel } from "./panels.ts";
import { ofQuota, perQuota, perQuotaAndUnit, timeUntil } from "./selectors.ts";
import { texts } from "./states.ts";

const LEGEND = "{{account}} {{quota}}";
const AMOUNT_LEGEND = `${LEGEND} ({{unit}})`;
const DASHED = [{ id: "custom.lineStyle", value: { fill: "dash", dash: [8, 8] } }];
const THIN = [{ id: "custom.lineWidth", value: 1 }];

const RESET = perQuota(ofQuota("llm_quota_reset_timestamp_seconds"));

/** What would be left if the limit were used evenly: the share of the window that is left. */
const EVEN_SPEND = `clamp((${RESET} - time()) / ${perQuota(ofQuota("llm_quota_period_seconds"))}, 0, 1)`;

const exhaustion = (estimate: string) =>
  timeUntil(perQuota(ofQuota("llm_quota_exhaustion_timestamp_seconds", `estimate="${estimate}"`)));
/** Counters, not what is left, tell when something happened: a restart sets them to zero, which is no increase. */
const counted = (metric: string) => `${perQuota(`increase(${ofQuota(metric)}[$__rate_interval])`)} > 0`;
const event = (name: string, color: string, metric: string) =>
  annotation(name, color, counted(metric), "{{provider}}/{{account}} {{quota}}");

function paces() {
  return [
    timeSeriesPanel({
      id: 4,
      title: "Left against even spend",
      description:
        "Solid: share of the limit that is left. Dashed: what would be left if it were used evenly until the reset. Solid under dashed is ahead of an even pace. No dashed line: the length of the window or its reset is unknown.",
      at: [0, 15, 12, 9],
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [
        { expr: perQuota(ofQuota("llm_quota_remaining_ratio")), legend: LEGEND },
        { expr: EVEN_SPEND, legend: `${LEGEND} even spend` },
      ],
    }).overrideByQuery("B", DASHED),
    timeSeriesPanel({
      id: 5,
      title: "Burn rate",
      description: "Rate of use × time left ÷ what is left. Above the line it runs out before the reset or expiry.",
      at: [12, 15, 12, 9],
      unit: "none",
      min: 0,
      threshold: 1,
      queries: ["long", "short"].map((window) => ({
        expr: perQuota(ofQuota("llm_quota_burn_rate", `window="${window}"`)),
        legend: `${LEGEND} ${window}`,
      })),
    }).overrideByQuery("B", THIN),
    timeSeriesPanel({
      id: 6,
      title: "Forecast",
      description:
        "When nothing is left: the early, likely (thick) and late estimate, and dashed the reset. Estimates under the reset are before it. A quota without an estimate lasts.",
      at: [0, 24, 12, 9],
      unit: "s",
      min: 0,
      queries: [
        { expr: exhaustion("early"), legend: `${LEGEND} early` },
        { expr: exhaustion("likely"), legend: `${LEGEND} likely` },
        { expr: exhaustion("late"), legend: `${LEGEND} late` },
        { expr: timeUntil(RESET), legend: `${LEGEND} resets` },
      ],
    })
      .overrideByQuery("A", THIN)
      .overrideByQuery("C", THIN)
      .overrideByQuery("D", DASHED),
    timeSeriesPanel({
      id: 7,
      title: "Probability of running out",
      description: "That nothing is left before the reset or expiry.",
      at: [12, 24, 12, 9],
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [{ expr: perQuota(ofQuota("llm_quota_exhaustion_probability")), legend: LEGEND }],
    }),
  ];
}

function amounts() {
  return [
    timeSeriesPanel({
      id: 8,
      title: "Consumption rate",
      description: "Units per second over the long window, and thin over the short one. Compare only equal units.",
      at: [0, 33, 12, 8],
      unit: "short",
      min: 0,
      queries: ["long", "short"].map((window) => ({
        expr: perQuotaAndUnit(ofQuota("llm_quota_consumption_rate", `window="${window}"`)),
        legend: `${LEGEND} {{unit}}/s ${window}`,
      })),
    }).overrideByQuery("B", THIN),
    timeSeriesPanel({
      id: 9,
      title: "Used at reset",
      description: "Share of the limit that is used when the window ends, if this goes on. Above the line is too much.",
      at: [12, 33, 12, 8],
      unit: "percentunit",
      min: 0,
      threshold: 1,
      queries: [{ expr: perQuota(ofQuota("llm_quota_projected_used_ratio")), legend: LEGEND }],
    }),
    timeSeriesPanel({
      id: 10,
      title: "Used in the current window",
      description: "As the provider tells it, or limit minus remaining. It falls at each reset.",
      at: [0, 41, 12, 8],
      unit: "short",
      queries: [{ expr: perQuotaAndUnit(ofQuota("llm_quota_used")), legend: AMOUNT_LEGEND }],
    }),
    timeSeriesPanel({
      id: 11,
      title: "Limit",
      description: "As the provider grants it. A step is a change of plan, or of the provider's mind.",
      at: [12, 41, 12, 8],
      unit: "short",
      min: 0,
      queries: [{ expr: perQuotaAndUnit(ofQuota("llm_quota_limit")), legend: AMOUNT_LEGEND }],
    }),
    timeSeriesPanel({
      id: 12,
      title: "Unused at the last reset",
      description:
        "Share of the limit that was left when the last window ended. Empty while no window has ended since the exporter was started.",
      at: [0, 49, 12, 8],
      unit: "percentunit",
      max: 1,
      queries: [{ expr: perQuota(ofQuota("llm_quota_unused_at_reset_ratio")), legend: LEGEND }],
    }),
  ];
}

function validity() {
  return [
    stateTimelinePanel({
      id: 13,
      title: "Data validity",
      description: "Whether the last good reading of each quota is recent enough to be shown.",
      at: [12, 49, 12, 8],
      mappings: [texts({ 0: { text: "too old", color: "purple" }, 1: { text: "valid", color: "green" } })],
      queries: [{ expr: perQuota(ofQuota("llm_quota_data_valid")), legend: LEGEND }],
    }),
    timeSeriesPanel({
      id: 14,
      title: "Age of the last good reading",
      description: "A saw as high as the time between two reads. It rises where reads fail.",
      at: [0, 57, 12, 8],
      unit: "s",
      min: 0,
      queries: [{ expr: `time() - ${perQuota(ofQuota("llm_quota_last_reading_timestamp_seconds"))}`, legend: LEGEND }],
    }),
  ];
}

export function account(): Dashboard {
  const dashboard = dashboardFrame({
    uid: ACCOUNT_UID,
    title: "LLM quota / Account and quota",
    description: "How an account uses its quotas, whether they last, and what the forecast rests on.",
    narrowest: "quota",
    annotations: [
      event("Reset", "blue", "llm_quota_resets_total"),
      event("Top-up", "green", "llm_quota_topups_total"),
      event("Limit changed", "orange", "llm_quota_limit_changes_total"),
    ],
  });
  for (const panel of [...accountTables(), ...paces(), ...amounts(), ...validity()]) dashboard.withPanel(panel);
  return dashboard.build();
}
