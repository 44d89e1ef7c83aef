import { checkedSelector } from "../alerting/rule-selector.ts";
import { userAgent } from "../app.ts";
import type { Config, HistorySource } from "../config/config.ts";
import { ENGINE_DEFAULTS, type EngineSettings } from "../engine/settings.ts";
import { createHttpClient } from "../http/undici-client.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import { type Account, keyOf, type ReadOutcome } from "../quota/account.ts";
import { createPrometheusApi, MOST_BYTES } from "../store/prometheus-api.ts";
import { accountsOf, historyOf } from "../store/prometheus-history.ts";
import { StoredOutcomesError, storedOutcomes } from "../store/stored-outcomes.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { backtestDocument, backtestText } from "./backtest-text.ts";
import { type Track, trackAccount } from "./backtest-track.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";

/** Where a history comes from, account by account. */
interface Histories {
  readonly accounts: readonly Account[];
  readonly outcomesOf: (account: Account) => Promise<readonly ReadOutcome[]>;
}

/** Lives through a user's own history and prints the pages that it would have sent. */
export async function backtest(args: Arguments, context: CommandContext): Promise<ExitCode> {
  // Accounts can be had from Prometheus, and then a machine without their credentials does.
  const isAlone = args.prometheus !== undefined && args.configFile === undefined;
  const config = isAlone ? undefined : await loadAnyConfig(args, context);
  const source = sourceOf(args, config);
  const http = createHttpClient({ userAgent: userAgent(context.build), maxBytes: MOST_BYTES });
  const stopping = new AbortController();
  void context.stopped.then(() => stopping.abort(new Error("interrupted")));
  try {
    const histories =
      source === undefined
        ? fromStore(config, args)
        : await fromPrometheus(source, config, { http, signal: stopping.signal });
    const tracks = await tracksOf(histories, args.account, config?.engine ?? ENGINE_DEFAULTS);
    await write(context.stdout, print(tracks, args));
    return 0;
  } catch (error) {
    if (!(error instanceof UpstreamError || error instanceof StoredOutcomesError || stopping.signal.aborted))
      throw error;
    await write(context.stderr, `the history cannot be read: ${(error as Error).message}\n`);
    return 1;
  } finally {
    await http.close();
  }
}

async function tracksOf(
  { accounts, outcomesOf }: Histories,
  name: string | undefined,
  settings: EngineSettings,
): Promise<readonly Track[]> {
  const chosen = accounts.filter(({ account }) => name === undefined || account === name);
  if (name !== undefined && chosen.length === 0)
    throw new UsageError(`no account "${name}", there are ${accounts.map(({ account }) => account).join(", ")}`);
  const tracks: Track[] = [];
  // One after the other: each may be weeks of readings.
  for (const account of chosen) tracks.push(...trackAccount(account, await outcomesOf(account), settings));
  return tracks;
}

const DAY = 86_400;
/** As far back as the local store reaches. */
const DEFAULT_RANGE = 30 * DAY;

/** Flags go over `state.prometheus` of the config, whose credential counts for its own URL only. */
function sourceOf(args: Arguments, config: Config | undefined): HistorySource | undefined {
  const { prometheus: url, selector, tenant, rangeSeconds = DEFAULT_RANGE } = args;
  const own = {
    rangeSeconds,
    ...(selector !== undefined && { selector: checkedSelector(selector) }),
    ...(tenant !== undefined && { tenant }),
  };
  const configured = config !== undefined && "prometheus" in config.state ? config.state.prometheus : undefined;
  if (configured !== undefined && (url === undefined || url === configured.url)) return { ...configured, ...own };
  return url === undefined ? undefined : { url, ...own };
}

async function fromPrometheus(
  source: HistorySource,
  config: Config | undefined,
  { http, signal }: { readonly http: ReturnType<typeof createHttpClient>; readonly signal: AbortSignal },
): Promise<Histories> {
  const asking = { api: createPrometheusApi(source, http), now: new Date(), signal };
  const accounts = config?.accounts ?? (await accountsOf(source, asking)).map(asAccount);
  return { accounts, outcomesOf: (account) => historyOf(source, account, asking) };
}

/** As without a config: three intervals, at least ten minutes. */
const asAccount = ({
  provider,
  account,
  intervalSeconds,
}: Pick<Account, "provider" | "account" | "intervalSeconds">) => ({
  ...{ provider, account, intervalSeconds },
  labels: {},
  staleAfterSeconds: Math.max(3 * intervalSeconds, 600),
  overrides: {},
});

function fromStore(config: Config | undefined, { rangeSeconds = DEFAULT_RANGE }: Arguments): Histories {
  if (config === undefined || !("path" in config.state))
    throw new UsageError("the config keeps no state to look into: name a Prometheus with --prometheus URL");
  const outcomes = storedOutcomes(config.state.path);
  const since = Date.now() - rangeSeconds * 1000;
  return {
    accounts: config.accounts,
    outcomesOf: async (account) => (outcomes.get(keyOf(account)) ?? []).filter(({ at }) => at.getTime() >= since),
  };
}

function print(tracks: readonly Track[], { output }: Arguments): string {
  if (output === "json") return `${JSON.stringify(backtestDocument(tracks), null, 2)}\n`;
  return tracks.length === 0 ? "no reading of any account in that time\n" : backtestText(tracks);
}
