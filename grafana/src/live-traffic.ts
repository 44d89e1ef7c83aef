import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardFrame, LIVE_TRAFFIC_UID } from "./frame.ts";
import { timeSeriesPanel } from "./panels.ts";
import { addedPerMinute, ofAccount, ofExporter, ofExporterAccount, ofQuota, perQuota } from "./selectors.ts";

const EMPTY = "Empty while no live traffic is observed.";
const ADDED_UP = "Added up over all replicas.";
const NO_PROXY = "Empty while no proxy is configured.";

function calls() {
  return [
    timeSeriesPanel({
      id: 1,
      title: "Calls by model",
      description: `Calls per minute that were served. ${ADDED_UP} ${EMPTY}`,
      at: [0, 0, 12, 9],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("provider, account, model", ofAccount("llm_quota_observed_requests_total")),
          legend: "{{account}} {{model}}",
        },
      ],
    }),
    timeSeriesPanel({
      id: 2,
      title: "Tokens by model",
      description: `Tokens per minute, as far as calls told them. ${ADDED_UP} ${EMPTY}`,
      at: [12, 0, 12, 9],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("provider, account, model, direction", ofAccount("llm_quota_observed_tokens_total")),
          legend: "{{account}} {{model}} {{direction}}",
        },
      ],
    }),
    timeSeriesPanel({
      id: 3,
      title: "Refusals by reason",
      description: `Calls per minute that were refused, and why: a used up quota or spend cap calls for somebody, a throttle passes. ${ADDED_UP} ${EMPTY}`,
      at: [0, 9, 12, 9],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("provider, account, refusal", ofAccount("llm_quota_observed_refusals_total")),
          legend: "{{account}} {{refusal}}",
        },
      ],
    }),
    timeSeriesPanel({
      id: 4,
      title: "Our count against the provider",
      description:
        "What we counted minus what the provider tells, as a share of the limit. Under zero somebody uses the account past us. Empty while no quota is both counted and told.",
      at: [12, 9, 12, 9],
      unit: "percentunit",
      queries: [{ expr: perQuota(ofQuota("llm_quota_observed_drift_ratio")), legend: "{{account}} {{quota}}" }],
    }),
  ];
}

function ways() {
  return [
    timeSeriesPanel({
      id: 5,
      title: "Observations sent to the daemon",
      description: `Per minute, by what came of them. ${ADDED_UP}`,
      at: [0, 18, 12, 8],
      unit: "short",
      min: 0,
      queries: [
        { expr: addedPerMinute("result", ofExporter("llm_quota_exporter_observations_total")), legend: "{{result}}" },
      ],
    }),
    timeSeriesPanel({
      id: 6,
      title: "Calls through the proxy",
      description: `Per minute, by how they ended. ${ADDED_UP} ${NO_PROXY}`,
      at: [12, 18, 12, 8],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("account, result", ofExporterAccount("llm_quota_exporter_proxy_requests_total")),
          legend: "{{account}} {{result}}",
        },
      ],
    }),
    timeSeriesPanel({
      id: 7,
      title: "Calls in the proxy",
      description: `Under way at this moment. ${ADDED_UP} ${NO_PROXY}`,
      at: [0, 26, 8, 8],
      unit: "short",
      min: 0,
      queries: [{ expr: `sum(${ofExporter("llm_quota_exporter_proxy_active_requests")})`, legend: "under way" }],
    }),
    timeSeriesPanel({
      id: 8,
      title: "Answers whose tokens could not be read",
      description: `Per minute: passed on whole, but counted without tokens. ${ADDED_UP} ${NO_PROXY}`,
      at: [8, 26, 8, 8],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("account, reason", ofExporterAccount("llm_quota_exporter_proxy_unread_answers_total")),
          legend: "{{account}} {{reason}}",
        },
      ],
    }),
    timeSeriesPanel({
      id: 9,
      title: "Session files left out",
      description: `Lines, files and directories per minute that tell nothing, by why. ${ADDED_UP} Empty while no account has session files.`,
      at: [16, 26, 8, 8],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("account, problem", ofExporterAccount("llm_quota_exporter_session_file_problems_total")),
          legend: "{{account}} {{problem}}",
        },
      ],
    }),
  ];
}

export function liveTraffic(): Dashboard {
  const dashboard = dashboardFrame({
    uid: LIVE_TRAFFIC_UID,
    title: "LLM quota / Live traffic",
    description:
      "What the calls of a team tell of its accounts: which models they use, what is refused, and whether it adds up.",
    narrowest: "quota",
  });
  for (const panel of [...calls(), ...ways()]) dashboard.withPanel(panel);
  return dashboard.build();
}
