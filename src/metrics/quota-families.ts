import { STATES } from "../quota/state.ts";
import { type Family, family, unixSeconds } from "./family.ts";

/** What was read of a quota, and the counters and states that outlive a reading. */
export const QUOTA_FAMILIES: readonly Family[] = [
  family({
    name: "llm_quota_limit",
    type: "gauge",
    help: "Amount granted per window as last read. Absent when unknown, unlimited or stale.",
    labels: ["unit"],
    quota: ({ quota, shown }, write) => write(shown.limit, quota.reading.unit),
  }),
  family({
    name: "llm_quota_remaining",
    type: "gauge",
    help: "Amount left as last read, below 0 when overdrawn. Absent when unknown, unlimited or stale.",
    labels: ["unit"],
    quota: ({ quota, shown }, write) => write(shown.remaining, quota.reading.unit),
  }),
  family({
    name: "llm_quota_used",
    type: "gauge",
    help: "Amount used in the current window as last read. Absent when unknown or stale.",
    labels: ["unit"],
    quota: ({ quota, shown }, write) => write(shown.used, quota.reading.unit),
  }),
  family({
    name: "llm_quota_remaining_ratio",
    type: "gauge",
    help: "Remaining divided by limit, not clamped. Absent when the limit is unknown or 0, or the data is stale.",
    labels: [],
    quota: ({ shown }, write) => write(shown.ratio),
  }),
  family({
    name: "llm_quota_reset_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which the window starts again.",
    labels: [],
    quota: ({ quota }, write) => write(unixSeconds(quota.reading.resetAt)),
  }),
  family({
    name: "llm_quota_reset_seconds",
    type: "gauge",
    help: "Time left until the reset, computed at scrape, never below 0. Derived from llm_quota_reset_timestamp_seconds.",
    labels: [],
    quota: ({ quota: { reading }, now }, write) =>
      write(reading.resetAt && Math.max(0, (reading.resetAt.getTime() - now.getTime()) / 1000)),
  }),
  family({
    name: "llm_quota_period_seconds",
    type: "gauge",
    help: "Length of the window. Absent for credits and for billing months.",
    labels: [],
    quota: ({ quota }, write) => write(quota.reading.periodSeconds),
  }),
  family({
    name: "llm_quota_expiry_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which the credits lapse.",
    labels: [],
    quota: ({ quota }, write) => write(unixSeconds(quota.reading.expiresAt)),
  }),
  family({
    name: "llm_quota_last_reading_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which this quota was last read well. Accounts are polled in the background, not at scrape.",
    labels: [],
    quota: ({ quota }, write) => write(unixSeconds(quota.lastGoodAt)),
  }),
  family({
    name: "llm_quota_data_valid",
    type: "gauge",
    help: "Whether the last good reading is recent enough to be shown as the truth (1) or not (0).",
    labels: [],
    quota: ({ quota }, write) => write(quota.valid ? 1 : 0),
  }),
  family({
    name: "llm_quota_consumed_total",
    type: "counter",
    help: "Use observed since process start, with resets and top-ups taken out.",
    labels: ["unit"],
    quota: ({ quota }, write) => write(quota.consumedTotal, quota.reading.unit),
  }),
  family({
    name: "llm_quota_resets_total",
    type: "counter",
    help: "Resets observed since process start.",
    labels: [],
    quota: ({ quota }, write) => write(quota.resetsTotal),
  }),
  family({
    name: "llm_quota_topups_total",
    type: "counter",
    help: "Top-ups observed since process start.",
    labels: [],
    quota: ({ quota }, write) => write(quota.topupsTotal),
  }),
  family({
    name: "llm_quota_limit_changes_total",
    type: "counter",
    help: "Changes of the limit observed since process start.",
    labels: [],
    quota: ({ quota }, write) => write(quota.limitChangesTotal),
  }),
  family({
    name: "llm_quota_unused_at_reset_ratio",
    type: "gauge",
    help: "Share of the limit that was left unused when the last window ended. Absent when stale.",
    labels: [],
    quota: ({ quota }, write) => write(quota.valid ? quota.unusedAtResetRatio : undefined),
  }),
  family({
    name: "llm_quota_observed_drift_ratio",
    type: "gauge",
    help: "What we counted of live traffic minus what the provider tells of the same window, divided by the limit. Absent unless both are known.",
    labels: [],
    quota: ({ quota }, write) => write(quota.valid ? quota.driftRatio : undefined),
  }),
  family({
    name: "llm_quota_alert_state",
    type: "gauge",
    help: "State of the quota: one series per state, exactly one of them is 1.",
    labels: ["state"],
    quota: ({ quota }, write) => {
      for (const state of STATES) write(state === quota.state ? 1 : 0, state);
    },
  }),
  family({
    name: "llm_quota_alert_active",
    type: "gauge",
    help: "1 while the engine fires this alert, else absent. The label quota is empty for alerts about an account.",
    labels: ["alert", "severity"],
    account: (account, write) => {
      for (const { alert, severity } of account.alerts) write(1, alert, severity);
    },
    quota: ({ quota }, write) => {
      for (const { alert, severity } of quota.alerts) write(1, alert, severity);
    },
  }),
  family({
    name: "llm_quota_binding",
    type: "gauge",
    help: "Whether this is the quota that stops its account first (1) or not (0).",
    labels: [],
    quota: ({ quota }, write) => write(quota.binding ? 1 : 0),
  }),
  family({
    name: "llm_quota_info",
    type: "gauge",
    help: "What kind of quota this is, and where its numbers come from. Always 1.",
    labels: ["kind", "enforcement", "source", "confidence", "unit"],
    quota: ({ quota: { reading } }, write) =>
      write(1, reading.kind, reading.enforcement, reading.source, reading.confidence, reading.unit),
  }),
];
