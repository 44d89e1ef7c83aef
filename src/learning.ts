import type { Watch } from "./alerting/watch.ts";
import type { Config } from "./config/config.ts";
import type { AccountSnapshot } from "./engine/snapshot.ts";
import type { Logger } from "./log.ts";
import type { ExporterMetrics } from "./metrics/exporter-metrics.ts";
import { createObservedUse } from "./metrics/observed-use.ts";
import { createProxying } from "./proxying.ts";
import type { Account } from "./quota/account.ts";
import type { Reading } from "./quota/reading.ts";
import { createSessionFollowing } from "./session-following.ts";
import type { Store } from "./store/store.ts";
import { createCounts } from "./traffic/counts.ts";
import { createDeclared } from "./traffic/declared.ts";
import { createIntake, type Intake } from "./traffic/intake.ts";
import { createRefusals } from "./traffic/refusals.ts";

interface LearningOptions {
  readonly config: Pick<Config, "accounts" | "proxy">;
  readonly watch: Pick<Watch, "account" | "observe" | "keepObserved">;
  readonly store: Store;
  readonly metrics: ExporterMetrics;
  readonly log: Logger;
  readonly now: () => Date;
  /** Hears what is known of an account once something was learned of it. */
  readonly learned: (account: AccountSnapshot) => void;
}

/** What the daemon learns from live traffic: told over HTTP, through the proxy, or in the logs of coding tools. */
export interface Learning {
  readonly take: Intake["take"];
  readonly observedUse: ReturnType<typeof createObservedUse>;
  /** Takes calls of others at the port of the proxy. */
  listen(): Promise<void>;
  /** Begins to read logs, and to count for declared quotas. */
  start(): void;
  /** Hands on what is still waiting, before it is shown or its account goes. */
  flush(): void;
  /** Lets time pass for declared quotas. */
  evaluate(): void;
  replace(config: Pick<Config, "accounts" | "proxy">): void;
  stop(): Promise<void>;
}

export function createLearning({ config, watch, store, metrics, log, now, learned }: LearningOptions): Learning {
  const { accounts } = config;
  const observed = (account: Account, readings: readonly Reading[], at: Date) =>
    learned(watch.observe(account, readings, at));
  const counts = createCounts({ accounts, store, now });
  const refusals = createRefusals();
  const declared = createDeclared({ accounts, counts, known: watch.account, observed, now });
  const { heard } = refusals;
  const intake = createIntake({ accounts, counts: declared, heard, known: watch.account, observed, now });
  const proxying = createProxying({ proxy: config.proxy, intake, metrics, log, now });
  const sessions = createSessionFollowing({ accounts, kept: store, take: intake.take, metrics, log, now });
  return {
    take: intake.take,
    observedUse: createObservedUse({
      totals: counts.totals,
      refusals: refusals.totals,
      onDropped: metrics.countDroppedSeries,
    }),
    listen: proxying.start,
    start() {
      sessions.start();
      declared.evaluate();
    },
    flush() {
      intake.flush();
      declared.flush();
      watch.keepObserved();
    },
    evaluate: declared.evaluate,
    replace(next) {
      intake.replace(next.accounts);
      sessions.replace(next.accounts);
      counts.replace(next.accounts);
      declared.replace(next.accounts);
      proxying.replace(next.proxy);
    },
    async stop() {
      await sessions.stop();
      await proxying.stop();
      intake.stop();
      declared.stop();
    },
  };
}
