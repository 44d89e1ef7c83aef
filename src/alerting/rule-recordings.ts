import type { RecordRule } from "./rule-file.ts";
import { type RuleSettings, scaledDuration } from "./rule-options.ts";

/** The recorded series by what they say of a quota, each with the labels that identify it and no others. */
export const SERIES = {
  /** Carries `kind` and `enforcement` besides. */
  kind: "provider_account_quota:llm_quota_info:max",
  period: "provider_account_quota:llm_quota_period_seconds:max",
  remaining: "provider_account_quota:llm_quota_remaining:max",
  ratio: "provider_account_quota:llm_quota_remaining:ratio",
  /** Seconds until the window starts again, else until the credits lapse. */
  left: "provider_account_quota:llm_quota_left_seconds:max",
  /** Seconds until the last two polls before that, or 1 where it never comes: nobody is paged when they begin. */
  actable: "provider_account_quota:llm_quota_actable_seconds:max",
  /** Units per second over the `window` short and long. */
  rate: "provider_account_quota:llm_quota_consumed:rate",
  /** Rate × time left ÷ remaining: above 1 it runs out first. */
  pace: "provider_account_quota:llm_quota_pace:ratio",
  /** Seconds until nothing is left at the long rate. */
  runway: "provider_account_quota:llm_quota_runway_seconds:ratio",
  /** The long pace of what runs out well before its reset, by both windows. */
  overpace: "provider_account_quota:llm_quota_overpace:ratio",
} as const;
export type QuotaSeries = typeof SERIES;

/** How a family of ours is asked for. */
export function families({ selector, replica }: RuleSettings) {
  const series = (name: string, ...matchers: readonly string[]): string => {
    const all = [...matchers, ...(selector === "" ? [] : [selector])];
    return all.length === 0 ? name : `${name}{${all.join(",")}}`;
  };
  return {
    series,
    /** One series for all replicas. The highest: after a reset, that of the replica which has read it already. */
    max: (name: string, ...besides: readonly string[]): string =>
      `max without (${[...replica, ...besides].join(", ")}) (${series(name)})`,
  };
}

/** From this period on the long pair of windows is used. */
const LONG_PERIOD_SECONDS = 2 * 86_400;

export function recordings(settings: RuleSettings): RecordRule[] {
  const { max, series } = families(settings);
  const { timeScale, replica } = settings;
  const of = SERIES;
  const rate = (seconds: number) =>
    `max without (${[...replica, "unit"].join(", ")}) (rate(${series("llm_quota_consumed_total")}[${scaledDuration(seconds, settings)}]))`;
  const isBrief = `${of.period} < ${LONG_PERIOD_SECONDS / timeScale}`;
  const window = (name: string, brief: number, long: number): string =>
    `label_replace((${rate(brief)} and ${isBrief})\nor (${rate(long)} unless ${isBrief}), "window", "${name}", "", "")`;
  const interval = `max by (provider, account) (${series("llm_quota_poll_interval_seconds")})`;
  return [
    { record: of.kind, expr: max("llm_quota_info", "source", "confidence", "unit") },
    { record: of.period, expr: max("llm_quota_period_seconds") },
    { record: of.remaining, expr: max("llm_quota_remaining", "unit") },
    { record: of.ratio, expr: max("llm_quota_remaining_ratio") },
    {
      record: of.left,
      expr: `(${max("llm_quota_reset_timestamp_seconds")} - time())\nor (${max("llm_quota_expiry_timestamp_seconds")} - time())`,
    },
    {
      record: of.actable,
      expr: `(${of.left} - on (provider, account) group_left () 2 * ${interval})\nor (${of.remaining} * 0 + 1)`,
    },
    { record: of.rate, expr: `${window("short", 900, 3600 / 2)}\nor ${window("long", 3600, 6 * 3600)}` },
    {
      record: of.pace,
      expr: `${of.rate} * ignoring (window) group_left () clamp_min(${of.left}, 0)\n  / ignoring (window) group_left () (${of.remaining} > 0)`,
    },
    { record: of.runway, expr: `(${of.remaining} > 0) / ignoring (window) (${of.rate}{window="long"} > 0)` },
    {
      record: of.overpace,
      expr: [
        `max without (window) (${of.pace}{window="long"} > 1.2)`,
        `and max without (window) (${of.pace}{window="short"} > 1.2)`,
        `and ${of.ratio} < 0.8 and ${of.actable} > 0`,
      ].join("\n"),
    },
  ];
}
