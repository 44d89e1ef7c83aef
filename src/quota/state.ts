/** One per quota. The order is that of urgency, most urgent first. */
export const STATES = ["exhausted", "critical", "topup", "watch", "use_or_lose", "unknown", "ok", "unlimited"] as const;
export type State = (typeof STATES)[number];

export const SEVERITIES = ["none", "info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The milder of two severities. */
export function atMost(severity: Severity, cap: Severity): Severity {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(cap) ? severity : cap;
}
