import { setImmediate as nextTurn } from "node:timers/promises";
import type { Watch } from "./alerting/watch.ts";
import type { Logger } from "./log.ts";
import type { Account } from "./quota/account.ts";
import { createPrometheusApi, MOST_BYTES, type PrometheusSource } from "./store/prometheus-api.ts";
import { historyOf } from "./store/prometheus-history.ts";

interface SeedingOptions {
  readonly accounts: readonly Account[];
  /** Undefined where no history is asked for. */
  readonly source: PrometheusSource | undefined;
  readonly watch: Pick<Watch, "seed">;
  readonly log: Logger;
  readonly userAgent: string;
  readonly now: () => Date;
  /** Hears how it went; never called without a source. */
  readonly finished: (isSeeded: boolean) => void;
  readonly deadlineMs?: number;
}

export interface Seeding {
  /** Calls `begin` once every history was taken or given up: at once without a source, else within the deadline. */
  run(begin: () => void): void;
  /** From now on nothing begins any more. */
  stop(): Promise<void>;
}

/** Later than this the first reads are worth more than the past. */
const DEADLINE_MS = 10_000;
const AT_ONCE = 4;

/** What the accounts read before this process, from a Prometheus that has scraped us. */
export function createSeeding(options: SeedingOptions): Seeding {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  return {
    run(begin) {
      if (options.source === undefined) begin();
      else
        running = seed(options, options.source, stopping.signal).then(() => {
          if (!stopping.signal.aborted) begin();
        });
    },
    async stop() {
      stopping.abort(new Error("the daemon is stopping"));
      await running;
    },
  };
}

async function seed(options: SeedingOptions, source: PrometheusSource, stopping: AbortSignal): Promise<void> {
  const { accounts, watch, log, now, userAgent, finished, deadlineMs = DEADLINE_MS } = options;
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(deadlineMs)]);
  const { createHttpClient } = await import("./http/undici-client.ts");
  const http = createHttpClient({ userAgent, maxBytes: MOST_BYTES });
  const api = createPrometheusApi(source, http);
  const waiting = accounts.values();
  let readings = 0;
  const work = async (): Promise<void> => {
    for (const account of waiting) {
      const outcomes = await historyOf(source, account, { api, now: now(), signal });
      // To live through weeks takes a while, in which nobody else is served: one account at a time.
      await nextTurn();
      signal.throwIfAborted();
      if (outcomes.length > 0 && watch.seed(account, outcomes, now())) readings += outcomes.length;
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (readings === 0) log.warn("Prometheus has no history of any account, everything is learned anew");
    else log.info({ readings }, "the history was taken from Prometheus");
    finished(readings > 0);
  } catch (error) {
    if (stopping.aborted) return;
    const problem = error instanceof Error ? error.message : String(error);
    log.warn({ problem }, "the history cannot be had from Prometheus, what it did not tell is learned anew");
    finished(false);
  } finally {
    await http.close();
  }
}
