import { DAY, HOUR, MINUTE, WEEK } from "./demo-time.ts";

export interface DemoAccount {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  /** Undefined where the provider takes no credential. */
  readonly key: string | undefined;
  /** Length of each simulated window in seconds by quota id: the adapters know only the real ones. */
  readonly periods: Readonly<Record<string, number>>;
  /** What its provider takes beyond that. */
  readonly settings?: Readonly<Record<string, string | boolean>>;
}

/**
 * The engine's durations that matter here, brought to the speed of the demo. Those that are shares of a period need
 * nothing. Not all are scaled exactly: below half a minute there are too few polls to decide anything.
 */
const ENGINE = {
  reset_jitter: duration(5),
  resume_within: duration(HOUR),
  min_short_window: duration(30),
  credits_long_window: duration(10 * MINUTE),
  credits_short_window: duration(2 * MINUTE),
  min_lead: duration(30),
  topup_warning: duration(WEEK),
  topup_critical: duration(2 * DAY),
  topup_known: duration(DAY),
  rate_limit_window: duration(MINUTE),
  use_or_lose_period: duration(WEEK),
  use_or_lose_lead: duration(2 * WEEK),
  use_or_lose_floor: duration(HOUR),
  hold: duration(DAY),
  credential_lead: duration(WEEK),
};

interface DemoConfig {
  readonly configText: string;
  /** The variables that `configText` takes credentials from. */
  readonly env: Readonly<Record<string, string>>;
}

/** The config file for these accounts. JSON, which every YAML reader takes. */
export function demoConfig(accounts: readonly DemoAccount[]): DemoConfig {
  const config = {
    poll: { interval: duration(5), timeout: duration(4), stale_after: duration(60) },
    engine: ENGINE,
    state: { memory: true },
    accounts: accounts.map(({ name, provider, baseUrl, key, periods, settings }) => ({
      name,
      provider,
      base_url: baseUrl,
      ...(key !== undefined && { api_key_env: variableOf(name) }),
      ...settings,
      quotas: Object.fromEntries(
        Object.entries(periods).map(([quota, period]) => [quota, { period: duration(period) }]),
      ),
    })),
  };
  const keys = accounts.flatMap(({ name, key }) => (key === undefined ? [] : [[variableOf(name), key] as const]));
  return { configText: `${JSON.stringify(config, null, 2)}\n`, env: Object.fromEntries(keys) };
}

function variableOf(name: string): string {
  return `DEMO_${name.replaceAll("-", "_").toUpperCase()}_KEY`;
}

function duration(seconds: number): string {
  return `${seconds}s`;
}
