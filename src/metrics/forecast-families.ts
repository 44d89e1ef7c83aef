import { type Family, family, unixSeconds } from "./family.ts";

/** How fast a quota goes, and when it runs out. All absent while its data is stale or the evidence too thin. */
export const FORECAST_FAMILIES: readonly Family[] = [
  family({
    name: "llm_quota_consumption_rate",
    type: "gauge",
    help: "Use in units per second over the short and the long window.",
    labels: ["unit", "window"],
    quota: ({ quota, shown }, write) => {
      write(shown.shortRate, quota.reading.unit, "short");
      write(shown.longRate, quota.reading.unit, "long");
    },
  }),
  family({
    name: "llm_quota_burn_rate",
    type: "gauge",
    help: "Consumption rate times the time left until reset or expiry, divided by what remains: above 1 it runs out first.",
    labels: ["window"],
    quota: ({ shown }, write) => {
      write(shown.shortBurn, "short");
      write(shown.longBurn, "long");
    },
  }),
  family({
    name: "llm_quota_rate_window_seconds",
    type: "gauge",
    help: "Length of the short and the long window of the rates.",
    labels: ["window"],
    quota: ({ quota }, write) => {
      if (!quota.valid) return;
      write(quota.short.windowSeconds, "short");
      write(quota.long.windowSeconds, "long");
    },
  }),
  family({
    name: "llm_quota_exhaustion_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which nothing is left if this goes on: early, likely and late estimate. Absent when it will last.",
    labels: ["estimate"],
    quota: ({ shown: { forecast } }, write) => {
      write(unixSeconds(forecast?.early), "early");
      write(unixSeconds(forecast?.likely), "likely");
      write(unixSeconds(forecast?.late), "late");
    },
  }),
  family({
    name: "llm_quota_exhaustion_probability",
    type: "gauge",
    help: "Probability, 0 to 1, that it runs out before its reset or expiry.",
    labels: [],
    quota: ({ shown }, write) => write(shown.forecast?.probability),
  }),
  family({
    name: "llm_quota_projected_used_ratio",
    type: "gauge",
    help: "Share of the limit that will be used at the reset if this goes on, not clamped.",
    labels: [],
    quota: ({ shown }, write) => write(shown.forecast?.projectedUsedRatio),
  }),
];
