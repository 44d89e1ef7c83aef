import { AsyncTask, SimpleIntervalJob, ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { HttpClient } from "../http/client.ts";
import type { ReadAccount } from "../providers/provider.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import { callsForBackOff, firstReadDelay, secondsToNextRead } from "./next-read.ts";
import { readAccount } from "./read-account.ts";
import { createSlots } from "./slots.ts";

/** An account as the poller needs it. */
export interface PolledAccount extends Account {
  readonly read: ReadAccount;
  readonly host: string;
  readonly floorSeconds: number;
}

interface PollerOptions<T extends PolledAccount> {
  readonly accounts: readonly T[];
  readonly http: HttpClient;
  readonly timeoutSeconds: number;
  readonly now: () => Date;
  /** Evenly spread in [0, 1). */
  readonly random: () => number;
  /** Takes every outcome, and says what is now known of the account. */
  readonly finished: (account: T, outcome: ReadOutcome) => AccountSnapshot;
  readonly onBug: (account: T, error: unknown) => void;
}

export interface Poller {
  start(): void;
  /** True once every account has been attempted. */
  ready(): boolean;
  /** Aborts what is in flight and waits for it. */
  stop(): Promise<void>;
}

const MOST_PER_HOST = 5;
const MOST_FIRST_SPREAD = 10;
const FIRST_SPREAD_PER_ACCOUNT = 0.5;
/** A single long timer of the scheduler may not exceed 24.8 days; a day is far below it. */
const MOST_DELAY = 86_400;

/** Decides when to read, reads, and never lets one account delay another. */
export function createPoller<T extends PolledAccount>(options: PollerOptions<T>): Poller {
  const { accounts, now } = options;
  const scheduler = new ToadScheduler();
  const shutdown = new AbortController();
  const withSlot = createSlots(MOST_PER_HOST);
  const attempted = new Set<T>();
  const inFlight = new Set<Promise<void>>();

  const schedule = (account: T, id: string) => {
    const spread = Math.min(MOST_FIRST_SPREAD, FIRST_SPREAD_PER_ACCOUNT * accounts.length, account.intervalSeconds);
    const timer = { milliseconds: toMilliseconds(firstReadDelay(account, spread)) };
    let refusals = 0;

    const readOnce = async (): Promise<void> => {
      // Should anything below throw, the next read still waits as long as usual.
      timer.milliseconds = toMilliseconds(
        Math.min(Math.max(account.intervalSeconds, account.floorSeconds), MOST_DELAY),
      );
      const outcome = await withSlot(account.host, () =>
        readAccount(account.read, {
          http: options.http,
          timeoutSeconds: options.timeoutSeconds,
          shutdown: shutdown.signal,
          now,
          onBug: (error) => options.onBug(account, error),
        }),
      );
      if (outcome === undefined || shutdown.signal.aborted) return;
      attempted.add(account);
      const known = options.finished(account, outcome);
      refusals = callsForBackOff(outcome) ? refusals + 1 : 0;
      const { intervalSeconds, floorSeconds } = account;
      const delay = secondsToNextRead({
        intervalSeconds,
        floorSeconds,
        outcome,
        account: known,
        refusals,
        now: now(),
        random: options.random(),
      });
      timer.milliseconds = toMilliseconds(Math.min(delay, MOST_DELAY));
    };

    // The scheduler wedges for ever on a handler that throws synchronously or never settles: this one does neither.
    // Its timer rests during a read and starts anew, with the delay then known, after it.
    const task = new AsyncTask(
      id,
      async () => {
        scheduler.stopById(id);
        const running = readOnce();
        inFlight.add(running);
        try {
          await running;
        } finally {
          inFlight.delete(running);
          if (!shutdown.signal.aborted) scheduler.startById(id);
        }
      },
      (error) => options.onBug(account, error),
    );
    scheduler.addSimpleIntervalJob(new SimpleIntervalJob(timer, task, { id, preventOverrun: true }));
  };

  return {
    start() {
      accounts.forEach((account, index) => {
        schedule(account, `${index} ${account.provider}/${account.account}`);
      });
    },
    ready: () => attempted.size === accounts.length,
    async stop() {
      scheduler.stop();
      shutdown.abort(new Error("the daemon is stopping"));
      await Promise.allSettled(inFlight);
    },
  };
}

/** The scheduler takes 0 for a busy loop. */
const toMilliseconds = (seconds: number) => Math.max(1, Math.round(seconds * 1000));
