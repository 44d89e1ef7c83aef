/** An account as the config names it, with its windows at the speed of a test. */
export interface QuickAccount {
  readonly name: string;
  readonly provider: "nanogpt" | "deepseek" | "ollama" | "openai";
  readonly baseUrl: string;
  /** Taken from the environment; left out for a provider without credential. */
  readonly key?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What its provider adds. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Seconds of each simulated window by quota id: the adapters know only the real ones. */
  readonly periods?: Readonly<Record<string, number>>;
}

interface QuickOptions {
  readonly interval?: string;
  readonly timeout?: string;
  readonly staleAfter?: string;
}

/** Durations of the engine for windows of half a minute to a minute, read every second. Shares need no change. */
const ENGINE = {
  reset_jitter: "2s",
  resume_within: "20s",
  min_short_window: "3s",
  credits_long_window: "20s",
  credits_short_window: "6s",
  min_lead: "1s",
  topup_warning: "1m",
  topup_critical: "20s",
  topup_known: "10s",
};

/** The config file for these accounts, and the environment that it takes their credentials from. */
export function quickConfig(
  accounts: readonly QuickAccount[],
  { interval = "1s", timeout = "2s", staleAfter = "10m" }: QuickOptions = {},
): { readonly configText: string; readonly env: Readonly<Record<string, string>> } {
  const config = {
    poll: { interval, timeout, stale_after: staleAfter },
    engine: ENGINE,
    state: { memory: true },
    accounts: accounts.map(({ name, provider, baseUrl, key, labels, settings, periods = {} }) => ({
      name,
      provider,
      base_url: baseUrl,
      ...settings,
      ...(key !== undefined && { api_key_env: variableOf(name) }),
      ...(labels !== undefined && { labels }),
      quotas: Object.fromEntries(Object.entries(periods).map(([quota, seconds]) => [quota, { period: `${seconds}s` }])),
    })),
  };
  const keys = accounts.flatMap(({ name, key }) => (key === undefined ? [] : [[variableOf(name), key] as const]));
  // JSON, which is also YAML.
  return { configText: JSON.stringify(config, null, 2), env: Object.fromEntries(keys) };
}

function variableOf(name: string): string {
  return `TEST_${name.replaceAll("-", "_").toUpperCase()}_KEY`;
}
