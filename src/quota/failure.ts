/**
 * Why a read failed. A closed set, because it is the `reason` label of a metric: adding or splitting one is a change
 * for users. `bug` is a fault of ours, counted by the poller.
 */
export const FAILURE_REASONS = [
  "auth",
  "not_entitled",
  "rate_limited",
  "server",
  "client",
  "network",
  "timeout",
  "malformed",
  "bug",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];
