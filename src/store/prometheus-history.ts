import type { ReadOutcome } from "../quota/account.ts";
import type { PrometheusApi, PrometheusSource } from "./prometheus-api.ts";
import { FAMILIES, outcomesOf } from "./prometheus-outcomes.ts";

/** An account whose history is asked for. */
interface Asked {
  readonly provider: string;
  readonly account: string;
  readonly intervalSeconds: number;
}

interface Asking {
  readonly api: PrometheusApi;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Prometheus refuses more than 11,000 points per series. */
const MOST_POINTS = 10_000;

/** What was read of an account, oldest first, as far as Prometheus still tells. */
export async function historyOf(
  source: PrometheusSource,
  asked: Asked,
  { api, now, signal }: Asking,
): Promise<readonly ReadOutcome[]> {
  const { provider, account, intervalSeconds } = asked;
  const name = `__name__=~${JSON.stringify(Object.keys(FAMILIES).join("|"))}`;
  const query = selectorOf(source, name, `provider=${JSON.stringify(provider)}`, `account=${JSON.stringify(account)}`);
  const ranges = rangesOf(source.rangeSeconds, intervalSeconds, now.getTime() / 1000);
  const series = await Promise.all(ranges.map((range) => api.range(query, range, signal)));
  return outcomesOf(series.flat(), now);
}

/** The accounts that Prometheus has series of, and how often each was read at its most frequent. */
export async function accountsOf(source: PrometheusSource, { api, now, signal }: Asking): Promise<readonly Asked[]> {
  const seconds = Math.ceil(source.rangeSeconds);
  const interval = `llm_quota_poll_interval_seconds${selectorOf(source)}[${seconds}s]`;
  const query = `min by (provider, account) (min_over_time(${interval}))`;
  const found = await api.instant(query, now.getTime() / 1000, signal);
  return found.flatMap(({ labels, samples }) => {
    const { provider, account } = labels;
    const [, intervalSeconds = 0] = samples[0] ?? [];
    if (provider === undefined || account === undefined || !(intervalSeconds > 0)) return [];
    return [{ provider, account, intervalSeconds }];
  });
}

const selectorOf = ({ selector }: PrometheusSource, ...matchers: readonly string[]) =>
  `{${[...matchers, ...(selector === undefined ? [] : [selector])].join(",")}}`;

/**
 * Two points for each interval see every reading, also one that came early. Where the range has room for fewer, the
 * newest part is seen like that and the older one as finely as there is room.
 */
function rangesOf(rangeSeconds: number, intervalSeconds: number, end: number) {
  const step = Math.max(intervalSeconds / 2, 0.5);
  const start = end - rangeSeconds;
  const middle = Math.max(start, end - MOST_POINTS * step);
  const newest = { start: middle, end, step };
  return middle > start
    ? [{ start, end: middle, step: Math.max(step, (middle - start) / MOST_POINTS) }, newest]
    : [newest];
}
