import { timeSeriesPanel } from "./panels.ts";
import { ofExporter, ofProvider, perExporter } from "./selectors.ts";

const LEGEND = "{{instance}}";

/** Of each instance by itself: none of this can be told of several at once. */
const perMinute = (labels: string, selector: string) =>
  `max by (job, instance${labels}) (rate(${selector}[$__rate_interval])) * 60`;

export function exporterProcess() {
  return [...storage(), ...faults(), ...resources()];
}

function storage() {
  return [
    timeSeriesPanel({
      id: 14,
      title: "Failed writes of the state",
      description: "Per minute; each is tried again. Above 0: see to the disk, or a restart forgets what it knew.",
      at: [8, 46, 8, 8],
      unit: "opm",
      min: 0,
      queries: [{ expr: perMinute("", ofExporter("llm_quota_exporter_state_write_failures_total")), legend: LEGEND }],
    }),
    timeSeriesPanel({
      id: 15,
      title: "State and history",
      description:
        "1: the last write of the state worked, or the history could be had at the start. 0: it did not. Empty while the state is kept in memory only.",
      at: [16, 46, 8, 8],
      unit: "none",
      min: 0,
      max: 1,
      queries: [
        { expr: perExporter(ofExporter("llm_quota_exporter_state_writable")), legend: `${LEGEND} state` },
        {
          expr: `max by (job, instance, source) (${ofExporter("llm_quota_exporter_history_seed_success")})`,
          legend: `${LEGEND} history from {{source}}`,
        },
      ],
    }),
  ];
}

function faults() {
  return [
    timeSeriesPanel({
      id: 16,
      title: "Left out",
      description:
        "Per minute. Quotas of a provider: more than are kept per account, or one identity twice. A part of /metrics: a fault of the exporter, please report it.",
      at: [0, 54, 12, 8],
      unit: "opm",
      min: 0,
      queries: [
        {
          expr: perMinute(", provider", ofProvider("llm_quota_exporter_series_dropped_total")),
          legend: `${LEGEND} quotas of {{provider}}`,
        },
        {
          expr: perMinute(", part", ofExporter("llm_quota_exporter_render_failures_total")),
          legend: `${LEGEND} part {{part}}`,
        },
      ],
    }),
    timeSeriesPanel({
      id: 17,
      title: "Answers of the peer",
      description:
        "Per minute. taken: the peer's read stood for one of ours. none: it had nothing new. failed: see to the peer. Empty while poll.peer is not set.",
      at: [12, 54, 12, 8],
      unit: "opm",
      min: 0,
      queries: [
        {
          expr: perMinute(", result", ofExporter("llm_quota_exporter_peer_outcomes_total")),
          legend: `${LEGEND} {{result}}`,
        },
      ],
    }),
  ];
}

function resources() {
  return [
    timeSeriesPanel({
      id: 18,
      title: "Event loop",
      description: "How late the process comes to its work, as measured at each scrape.",
      at: [0, 62, 8, 8],
      unit: "s",
      min: 0,
      queries: [{ expr: perExporter(ofExporter("nodejs_eventloop_lag_seconds")), legend: LEGEND }],
    }),
    timeSeriesPanel({
      id: 19,
      title: "CPU",
      description: "Share of one core.",
      at: [8, 62, 8, 8],
      unit: "percentunit",
      min: 0,
      queries: [
        {
          expr: perExporter(`rate(${ofExporter("process_cpu_seconds_total")}[$__rate_interval])`),
          legend: LEGEND,
        },
      ],
    }),
    timeSeriesPanel({
      id: 20,
      title: "Memory",
      description: "Of the whole process, and what JavaScript uses of it.",
      at: [16, 62, 8, 8],
      unit: "bytes",
      min: 0,
      queries: [
        { expr: perExporter(ofExporter("process_resident_memory_bytes")), legend: `${LEGEND} process` },
        { expr: perExporter(ofExporter("nodejs_heap_size_used_bytes")), legend: `${LEGEND} heap` },
      ],
    }),
  ];
}
