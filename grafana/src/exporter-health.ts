import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { accountsTable, LAST_SUCCESS } from "./accounts-table.ts";
import { exporterProcess } from "./exporter-process.ts";
import { dashboardFrame, EXPORTER_UID } from "./frame.ts";
import { notifications } from "./notifications.ts";
import { tablePanel, timeSeriesPanel } from "./panels.ts";
import { addedPerMinute, ofAccount, ofExporter, ofProvider, perAccount, perExporter, perQuota } from "./selectors.ts";
import { COLORED_CELL, HIDDEN, mapped, UP_OR_DOWN } from "./states.ts";

const EXPORTER = ["job", "instance"];
const ACCOUNT_LEGEND = "{{provider}}/{{account}}";

const pollSeconds = (quantile: number) =>
  `histogram_quantile(${quantile}, sum by (provider, le) (rate(${ofProvider("llm_quota_poll_duration_seconds_bucket")}[$__rate_interval])))`;

function exporters() {
  return tablePanel({
    id: 1,
    title: "Exporters",
    description: "Every instance that Prometheus scrapes: whether it answers, what it runs, and if it took its config.",
    at: [0, 0, 24, 6],
    labels: [...EXPORTER, "version", "revision", "node_version"],
    order: ["Scrape", "Config"],
    columns: [
      {
        name: "Scrape",
        expr: perExporter(ofExporter("up")),
        unit: "none",
        properties: [UP_OR_DOWN, COLORED_CELL],
      },
      {
        name: "Build",
        expr: `max by (job, instance, version, revision, node_version) (${ofExporter("llm_quota_exporter_build_info")})`,
        unit: "none",
        properties: [HIDDEN],
      },
      { name: "Running for", expr: `time() - ${perExporter(ofExporter("process_start_time_seconds"))}`, unit: "s" },
      {
        name: "Config",
        expr: perExporter(ofExporter("llm_quota_exporter_config_last_reload_successful")),
        unit: "none",
        properties: [
          mapped({ 0: { text: "refused", color: "red" }, 1: { text: "taken", color: "green" } }),
          COLORED_CELL,
        ],
      },
      {
        name: "Config taken",
        expr: `time() - ${perExporter(ofExporter("llm_quota_exporter_config_last_reload_success_timestamp_seconds"))}`,
        unit: "s",
      },
    ],
  });
}

function accounts() {
  return accountsTable({
    id: 2,
    description: "Whether the last read of each account worked, how long ago one did, and how often it is read.",
    at: [0, 6, 12, 8],
    further: [
      {
        name: "Last read",
        expr: `time() - ${perAccount(ofAccount("llm_quota_last_poll_timestamp_seconds"))}`,
        unit: "s",
      },
      { name: "Interval", expr: perAccount(ofAccount("llm_quota_poll_interval_seconds")), unit: "s" },
    ],
  });
}

function data() {
  return [
    timeSeriesPanel({
      id: 3,
      title: "Quotas with valid data",
      description: "Share of the quotas of each account whose last good reading is recent enough to be shown.",
      at: [12, 6, 12, 8],
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [
        {
          expr: `avg by (provider, account) (${perQuota(ofAccount("llm_quota_data_valid"))})`,
          legend: ACCOUNT_LEGEND,
        },
      ],
    }),
    timeSeriesPanel({
      id: 4,
      title: "Staleness",
      description:
        "Age of the last successful read, in poll intervals of its account. Data is too old after stale_after: by default 3 intervals, but not before 10 minutes.",
      at: [0, 14, 12, 8],
      unit: "none",
      min: 0,
      threshold: 3,
      queries: [
        {
          expr: `(time() - ${LAST_SUCCESS}) / ${perAccount(ofAccount("llm_quota_poll_interval_seconds"))}`,
          legend: ACCOUNT_LEGEND,
        },
      ],
    }),
  ];
}

function polls() {
  return [
    timeSeriesPanel({
      id: 5,
      title: "Reads",
      description: "Reads per minute of each account, failed ones included. Added up over all replicas.",
      at: [12, 14, 12, 8],
      unit: "opm",
      min: 0,
      queries: [
        { expr: addedPerMinute("provider, account", ofAccount("llm_quota_polls_total")), legend: ACCOUNT_LEGEND },
      ],
    }),
    timeSeriesPanel({
      id: 6,
      title: "Failed reads by reason",
      description:
        "Failed reads per minute. auth: see to the credential. Added up over all replicas. Empty while no read fails.",
      at: [0, 22, 12, 8],
      unit: "opm",
      min: 0,
      queries: [
        {
          expr: `${addedPerMinute("provider, account, reason", ofAccount("llm_quota_poll_failures_total"))} > 0`,
          legend: `${ACCOUNT_LEGEND} {{reason}}`,
        },
      ],
    }),
    timeSeriesPanel({
      id: 7,
      title: "Poll duration",
      description:
        "How long reads of a provider take: half of them at most the median, 19 of 20 at most the other. Also how long the last opt-in probe of an account took.",
      at: [12, 22, 12, 8],
      unit: "s",
      min: 0,
      queries: [
        { expr: pollSeconds(0.5), legend: "{{provider}} median" },
        { expr: pollSeconds(0.95), legend: "{{provider}} 95th percentile" },
        { expr: perAccount(ofAccount("llm_quota_probe_duration_seconds")), legend: `${ACCOUNT_LEGEND} probe` },
      ],
    }),
    timeSeriesPanel({
      id: 8,
      title: "What probes cost",
      description:
        "Tokens per minute that opt-in probes use. Added up over all replicas. A flat 0 is an account without probe: true.",
      at: [0, 30, 12, 8],
      unit: "short",
      min: 0,
      queries: [
        {
          expr: addedPerMinute("provider, account, direction", ofAccount("llm_quota_probe_tokens_total")),
          legend: `${ACCOUNT_LEGEND} {{direction}}`,
        },
      ],
    }),
  ];
}

export function exporterHealth(): Dashboard {
  const dashboard = dashboardFrame({
    uid: EXPORTER_UID,
    title: "LLM quota / Exporter health",
    description: "Whether the numbers can be trusted: reads, their age, delivery of alerts, and the process itself.",
    narrowest: "account",
  });
  const panels = [exporters(), accounts(), ...data(), ...polls(), ...notifications(), ...exporterProcess()];
  for (const panel of panels) dashboard.withPanel(panel);
  return dashboard.build();
}
