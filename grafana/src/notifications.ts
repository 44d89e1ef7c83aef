import { timeSeriesPanel } from "./panels.ts";
import { ofExporter } from "./selectors.ts";

const LEGEND = "{{instance}} → {{alertmanager}}";
const EMPTY = "Empty while alerting.mode is not push.";

/** Each exporter tells each Alertmanager by itself. */
const each = (expr: string) => `max by (job, instance, alertmanager) (${expr})`;
const perMinute = (metric: string) => each(`rate(${ofExporter(metric)}[$__rate_interval]) * 60`);

export function notifications() {
  return [
    timeSeriesPanel({
      id: 9,
      title: "Notifications",
      description: `Alerts per minute that each Alertmanager has taken, that will be tried again after an error, and that were given up. ${EMPTY}`,
      at: [12, 30, 12, 8],
      unit: "short",
      min: 0,
      queries: ["sent", "errors", "dropped"].map((what) => ({
        expr: perMinute(`llm_quota_exporter_notifications_${what}_total`),
        legend: `${LEGEND} ${what}`,
      })),
    }),
    timeSeriesPanel({
      id: 10,
      title: "Alertmanagers reached",
      description: `1 if it took the last alerts, 0 if it did not. ${EMPTY}`,
      at: [0, 38, 8, 8],
      unit: "none",
      min: 0,
      max: 1,
      queries: [{ expr: each(ofExporter("llm_quota_exporter_alertmanager_up")), legend: LEGEND }],
    }),
    timeSeriesPanel({
      id: 11,
      title: "Notification queue",
      description: `How full it is. When it is full the oldest alerts are dropped. ${EMPTY}`,
      at: [8, 38, 8, 8],
      unit: "percentunit",
      min: 0,
      max: 1,
      queries: [
        {
          expr: `${each(ofExporter("llm_quota_exporter_notifications_queue_length"))} / ${each(ofExporter("llm_quota_exporter_notifications_queue_capacity"))}`,
          legend: LEGEND,
        },
      ],
    }),
    timeSeriesPanel({
      id: 12,
      title: "Notification duration",
      description: `19 of 20 calls take at most this long. ${EMPTY}`,
      at: [16, 38, 8, 8],
      unit: "s",
      min: 0,
      queries: [
        {
          expr: `histogram_quantile(0.95, sum by (job, instance, alertmanager, le) (rate(${ofExporter("llm_quota_exporter_notification_duration_seconds_bucket")}[$__rate_interval])))`,
          legend: LEGEND,
        },
      ],
    }),
    timeSeriesPanel({
      id: 13,
      title: "Clock of the Alertmanagers",
      description: `How far it is ahead of ours. It decides when an alert has ended. ${EMPTY}`,
      at: [0, 46, 8, 8],
      unit: "s",
      queries: [{ expr: each(ofExporter("llm_quota_exporter_alertmanager_clock_skew_seconds")), legend: LEGEND }],
    }),
  ];
}
