import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type AlertmanagerMetrics, createAlertmanagerMetrics } from "./alertmanager-metrics.ts";
import { createProxyMetrics, type ProxyMetrics } from "./proxy-metrics.ts";
import { createSessionMetrics, type SessionMetrics } from "./session-metrics.ts";

/** Which half of the page could not be rendered. */
export type MetricsPart = "quotas" | "exporter";

/** How an observation that was sent to the daemon ended. `unreadable`: a whole request of which nothing could be read. */
const OBSERVATION_RESULTS = ["accepted", "invalid", "unknown_account", "clock", "unreadable", "failed"] as const;
export type ObservationResult = (typeof OBSERVATION_RESULTS)[number];

/** What the daemon says of itself. The parts of the daemon report here; only the metrics page reads it. */
export interface ExporterMetrics {
  /** Creates the series of these providers at 0, so that a first increase is seen by `rate()`. Known ones are kept. */
  readonly addProviders: (providers: Iterable<string>) => void;
  readonly observePoll: (provider: string, seconds: number) => void;
  readonly countDroppedSeries: (provider: string, count: number) => void;
  readonly countRenderFailure: (part: MetricsPart) => void;
  /** How writing the state went; never called where state is kept in memory by choice. */
  readonly stateWritten: (isWritten: boolean) => void;
  /** How asking a source for the history went; never called where none is configured. */
  readonly historySeeded: (source: "prometheus", isSeeded: boolean) => void;
  /** Creates the series of the peer at 0; never called without one. Those of an earlier one go on. */
  readonly addPeer: () => void;
  readonly peerAsked: (result: "taken" | "none" | "failed") => void;
  /** Creates the series of those who are not let in at 0; never called without a token. */
  readonly addToken: () => void;
  readonly unauthorized: (reason: "missing" | "wrong") => void;
  readonly observationTaken: (result: ObservationResult) => void;
  readonly configLoaded: (at: Date) => void;
  readonly configRefused: () => void;
  /** Series of one Alertmanager that alerts are pushed to, whose queue takes so many. They begin at 0, or go on. */
  readonly alertmanager: (name: string, queueCapacity: number) => AlertmanagerMetrics;
  /** Series of the proxy; never called without one. */
  readonly proxy: () => ProxyMetrics;
  /** Series of the logs of coding tools; never called without some. */
  readonly sessions: () => SessionMetrics;
  readonly render: () => Promise<string>;
}

export interface BuildInfo {
  readonly version: string;
  /** Commit that was built, empty when unknown. */
  readonly revision: string;
  readonly nodeVersion: string;
}

/** Default metrics of prom-client 15.1.3 that are left out. */
const UNWANTED = [
  // Gauges named `_total`, which is for counters only: promtool refuses them.
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
  // Made of a timer that wakes the process a hundred times a second, which took more of a core than all else that a daemon
  // with 20 accounts does (0.7 of 1.05 %), and holds the time between two of its ticks for lag.
  ...["min", "max", "mean", "stddev", "p50", "p90", "p99"].map((part) => `nodejs_eventloop_lag_${part}_seconds`),
];

export function createExporterMetrics(build: BuildInfo): ExporterMetrics {
  const registry = new Registry();
  const registers = [registry];

  new Gauge({
    name: "llm_quota_exporter_build_info",
    help: "What is running: version, commit and Node version. Always 1.",
    labelNames: ["version", "revision", "node_version"] as const,
    registers,
  }).set({ version: build.version, revision: build.revision, node_version: build.nodeVersion }, 1);

  const pollDuration = new Histogram({
    name: "llm_quota_poll_duration_seconds",
    help: "Wall time of one read of an account, failed ones included.",
    labelNames: ["provider"] as const,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const seriesDropped = new Counter({
    name: "llm_quota_exporter_series_dropped_total",
    help: "Quotas and models left out because an account has too many, or because their identity was there twice.",
    labelNames: ["provider"] as const,
    registers,
  });
  const renderFailures = new Counter({
    name: "llm_quota_exporter_render_failures_total",
    help: "Times that a part of the metrics page had to be left out because of a fault in the exporter.",
    labelNames: ["part"] as const,
    registers,
  });
  renderFailures.inc({ part: "quotas" }, 0);
  renderFailures.inc({ part: "exporter" }, 0);

  const reloadSuccessful = unsetGauge({
    name: "llm_quota_exporter_config_last_reload_successful",
    help: "Whether the last attempt to load the config worked (1) or not (0).",
    registers,
  });
  const reloadSuccessAt = unsetGauge({
    name: "llm_quota_exporter_config_last_reload_success_timestamp_seconds",
    help: "Unix time at which a config was last loaded successfully.",
    registers,
  });

  const stateWritable = unsetGauge({
    name: "llm_quota_exporter_state_writable",
    help: "Whether the last write of the state worked (1) or not (0). Absent while state is kept in memory by choice.",
    registers,
  });
  const stateFailures = new Counter({
    name: "llm_quota_exporter_state_write_failures_total",
    help: "Writes of the state that failed and are tried again, as on a full or read-only disk.",
    registers,
  });

  const seedSuccess = new Gauge({
    name: "llm_quota_exporter_history_seed_success",
    help: "Whether the history could be had from its source at start (1) or not (0). Absent without such a source.",
    labelNames: ["source"] as const,
    registers,
  });

  const peerOutcomes = new Counter({
    name: "llm_quota_exporter_peer_outcomes_total",
    help: "Times that the peer was asked before a read, by what came of it. Absent without a peer.",
    labelNames: ["result"] as const,
    registers,
  });

  const unauthorized = new Counter({
    name: "llm_quota_exporter_unauthorized_requests_total",
    help: "Requests without the token that is asked for, or with another one. Absent without a token.",
    labelNames: ["reason"] as const,
    registers,
  });
  const observations = new Counter({
    name: "llm_quota_exporter_observations_total",
    help: "Observations that were sent to the daemon, by what came of them.",
    labelNames: ["result"] as const,
    registers,
  });
  for (const result of OBSERVATION_RESULTS) observations.inc({ result }, 0);

  // The timer cannot be left out, only slowed down.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 });
  for (const name of UNWANTED) registry.removeSingleMetric(name);

  let ofSessions: SessionMetrics | undefined;
  let ofAlertmanager: ReturnType<typeof createAlertmanagerMetrics> | undefined;
  const known = new Set<string>();
  function addProvider(provider: string): void {
    if (known.has(provider)) return;
    known.add(provider);
    pollDuration.zero({ provider });
    seriesDropped.inc({ provider }, 0);
  }

  return {
    addProviders: (providers) => {
      for (const provider of providers) addProvider(provider);
    },
    observePoll: (provider, seconds) => {
      addProvider(provider);
      pollDuration.observe({ provider }, seconds);
    },
    countDroppedSeries: (provider, count) => seriesDropped.inc({ provider }, count),
    countRenderFailure: (part) => renderFailures.inc({ part }),
    stateWritten: (isWritten) => {
      stateWritable.set(isWritten ? 1 : 0);
      if (!isWritten) stateFailures.inc();
    },
    historySeeded: (source, isSeeded) => seedSuccess.set({ source }, isSeeded ? 1 : 0),
    addPeer: () => {
      for (const result of ["taken", "none", "failed"]) peerOutcomes.inc({ result }, 0);
    },
    peerAsked: (result) => peerOutcomes.inc({ result }),
    addToken: () => {
      for (const reason of ["missing", "wrong"]) unauthorized.inc({ reason }, 0);
    },
    unauthorized: (reason) => unauthorized.inc({ reason }),
    observationTaken: (result) => observations.inc({ result }),
    configLoaded: (at) => {
      reloadSuccessful.set(1);
      reloadSuccessAt.set(at.getTime() / 1000);
    },
    configRefused: () => reloadSuccessful.set(0),
    alertmanager(name, queueCapacity) {
      // Families without series would only be noise to those who let Prometheus alert.
      ofAlertmanager ??= createAlertmanagerMetrics(registry);
      return ofAlertmanager(name, queueCapacity);
    },
    proxy: () => createProxyMetrics(registry),
    sessions: () => {
      ofSessions ??= createSessionMetrics(registry);
      return ofSessions;
    },
    render: () => registry.metrics(),
  };
}

/** A gauge without labels starts at 0 in prom-client, which would be a lie until it is set. */
function unsetGauge(configuration: ConstructorParameters<typeof Gauge<never>>[0]): Gauge<never> {
  const gauge = new Gauge(configuration);
  gauge.remove();
  return gauge;
}
