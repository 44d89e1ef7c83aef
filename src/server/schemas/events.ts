import { z } from "zod";
import { ACCOUNT_ALERTS, QUOTA_ALERTS } from "../../engine/alerts.ts";
import { FAILURE_REASON, SEVERITY, STATE, TIME } from "./quotas.ts";

const WHO = {
  at: TIME.describe("The instant from which on it is known."),
  provider: z.string(),
  account: z.string(),
};

export const QUOTA_STANDING = z
  .strictObject({ state: STATE, severity: SEVERITY, binding: z.boolean() })
  .describe("How a quota stands.");

export const QUOTA_EVENT = z
  .strictObject({
    ...WHO,
    quota: z.string(),
    before: QUOTA_STANDING.nullable().describe("Null: it was not known before."),
    after: QUOTA_STANDING.nullable().describe("Null: it is gone."),
  })
  .describe("`event: quota`. State, severity or binding of a quota changed; or it came, or went.");

export const ACCOUNT_STANDING = z
  .strictObject({
    up: z.boolean().describe("The last read worked. False before the first."),
    reason: FAILURE_REASON.nullable().describe("Why the last read failed."),
  })
  .describe("Whether an account can be read.");

export const ACCOUNT_EVENT = z
  .strictObject({
    ...WHO,
    before: ACCOUNT_STANDING.nullable().describe("Null: the config did not name it before."),
    after: ACCOUNT_STANDING.nullable().describe("Null: the config no longer names it."),
  })
  .describe("`event: account`. An account can be read again, or no longer, or fails differently; or it came, or went.");

export const ALERT_EVENT = z
  .strictObject({
    ...WHO,
    quota: z.string().nullable().describe("Null: the alert is about the whole account."),
    alert: z.enum([...QUOTA_ALERTS, ...ACCOUNT_ALERTS]),
    severity: SEVERITY,
    change: z.enum(["began", "ended"]),
    since: TIME.describe("When it began to fire."),
  })
  .describe(
    "`event: alert`. An alert of the engine began or ended. One whose severity changes ends, and begins with the other.",
  );

export const CONFIG_EVENT = z
  .strictObject({ at: TIME, accounts: z.int().nonnegative().describe("How many accounts the config now names.") })
  .describe("`event: config`. The config was reloaded. What that changes comes as events of its own.");

export const GAP_EVENT = z
  .strictObject({
    at: TIME,
    lost: z
      .int()
      .nonnegative()
      .nullable()
      .describe("How many events are gone, of all accounts. Null: the daemon was restarted since, so nobody knows."),
  })
  .describe("`event: gap`. Events since `Last-Event-ID` are lost: ask for the quotas anew.");

export type QuotaStanding = Readonly<z.infer<typeof QUOTA_STANDING>>;
export type AccountStanding = Readonly<z.infer<typeof ACCOUNT_STANDING>>;
export type QuotaEvent = z.infer<typeof QUOTA_EVENT>;
export type AccountEvent = z.infer<typeof ACCOUNT_EVENT>;
export type AlertEvent = z.infer<typeof ALERT_EVENT>;
export type ConfigEvent = z.infer<typeof CONFIG_EVENT>;
export type GapEvent = z.infer<typeof GAP_EVENT>;
