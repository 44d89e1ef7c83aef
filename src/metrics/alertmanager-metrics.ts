import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What is counted of one Alertmanager that the daemon tells alerts. */
export interface AlertmanagerMetrics {
  readonly sent: (alerts: number) => void;
  readonly failed: (alerts: number) => void;
  /** It has refused all of them, which leaves it as good as unreachable. */
  readonly noneTaken: () => void;
  readonly dropped: (alerts: number) => void;
  readonly queued: (length: number) => void;
  readonly called: (seconds: number) => void;
  readonly clockAhead: (seconds: number) => void;
  /** Takes its series away. */
  readonly end: () => void;
}

/** The names of Prometheus's own notifier, per Alertmanager. */
export function createAlertmanagerMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ["alertmanager"] as const;
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });

  const up = gauge(
    "llm_quota_exporter_alertmanager_up",
    "Whether the last alerts could be handed to this Alertmanager (1) or not (0); 0 before the first.",
  );
  const sent = counter("llm_quota_exporter_notifications_sent_total", "Alerts that this Alertmanager has taken.");
  const errors = counter(
    "llm_quota_exporter_notifications_errors_total",
    "Alerts in calls that this Alertmanager did not answer, or answered with a failure. They are tried again.",
  );
  const dropped = counter(
    "llm_quota_exporter_notifications_dropped_total",
    "Alerts given up: refused by this Alertmanager, or pushed out of its full queue.",
  );
  const length = gauge("llm_quota_exporter_notifications_queue_length", "Alerts that wait for this Alertmanager.");
  const capacity = gauge(
    "llm_quota_exporter_notifications_queue_capacity",
    "Alerts that may wait for this Alertmanager; beyond, the oldest are dropped.",
  );
  const duration = new Histogram({
    name: "llm_quota_exporter_notification_duration_seconds",
    help: "Wall time of one call to this Alertmanager, failed ones included.",
    labelNames,
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const skew = gauge(
    "llm_quota_exporter_alertmanager_clock_skew_seconds",
    "How far the clock of this Alertmanager is ahead of ours, to about a second. It decides when an alert has ended.",
  );

  return (alertmanager: string, queueCapacity: number): AlertmanagerMetrics => {
    const labels = { alertmanager };
    for (const one of [sent, errors, dropped]) one.inc(labels, 0);
    for (const one of [up, length]) one.set(labels, 0);
    capacity.set(labels, queueCapacity);
    duration.zero(labels);
    return {
      sent(alerts) {
        up.set(labels, 1);
        sent.inc(labels, alerts);
      },
      failed(alerts) {
        up.set(labels, 0);
        errors.inc(labels, alerts);
      },
      noneTaken: () => up.set(labels, 0),
      dropped: (alerts) => dropped.inc(labels, alerts),
      queued: (count) => length.set(labels, count),
      called: (seconds) => duration.observe(labels, seconds),
      clockAhead: (seconds) => skew.set(labels, seconds),
      end() {
        for (const one of [up, sent, errors, dropped, length, capacity, duration, skew]) one.remove(labels);
      },
    };
  };
}
