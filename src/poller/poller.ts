import { ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { HttpClient } from "../http/client.ts";
import type { ReadAccount } from "../providers/provider.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { OnDemandRead, PollLog } from "../quota/poll-log.ts";
import { createAccountLoop } from "./account-loop.ts";
import { firstReadDelay } from "./next-read.ts";
import { readAccount } from "./read-account.ts";
import { createSlots, MOST_PER_HOST } from "./slots.ts";

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
  /**
   * Reads the account of this name out of turn, and moves its next regular read. A read under way is shared, an outcome
   * of the last minute is given instead, and no read ever begins against the floor, a Retry-After or a back-off.
   */
  readNow(account: string): Promise<OnDemandRead>;
  /** The last reads of the account of this name; undefined for one that is not polled. */
  log(account: string): PollLog | undefined;
  /** Aborts what is in flight and waits for it. */
  stop(): Promise<void>;
}

const MOST_FIRST_SPREAD = 10;
const FIRST_SPREAD_PER_ACCOUNT = 0.5;

/** Decides when to read, reads, and never lets one account delay another. */
export function createPoller<T extends PolledAccount>(options: PollerOptions<T>): Poller {
  const { accounts, now, random } = options;
  const scheduler = new ToadScheduler();
  const shutdown = new AbortController();
  const withSlot = createSlots(MOST_PER_HOST);

  const loopOf = (account: T, index: number) => {
    const spread = Math.min(MOST_FIRST_SPREAD, FIRST_SPREAD_PER_ACCOUNT * accounts.length, account.intervalSeconds);
    const onBug = (error: unknown) => options.onBug(account, error);
    const { http, timeoutSeconds } = options;
    return createAccountLoop({
      id: `${index} ${account.provider}/${account.account}`,
      account,
      scheduler,
      firstDelaySeconds: firstReadDelay(account, spread),
      read: () =>
        withSlot(account.host, () =>
          readAccount(account.read, { http, timeoutSeconds, shutdown: shutdown.signal, now, onBug }),
        ),
      finished: (outcome) => options.finished(account, outcome),
      stopping: shutdown.signal,
      now,
      random,
      onBug,
    });
  };
  const loops = accounts.map(loopOf);
  const byName = new Map(accounts.map((account, index) => [account.account, loops[index]]));

  return {
    start() {
      for (const loop of loops) loop.start();
    },
    ready: () => loops.every((loop) => loop.hasRead()),
    readNow: async (account) => (await byName.get(account)?.readNow()) ?? { how: "held", outcome: undefined },
    log: (account) => byName.get(account)?.log(),
    async stop() {
      scheduler.stop();
      shutdown.abort(new Error("the daemon is stopping"));
      await Promise.all(loops.map((loop) => loop.running()));
    },
  };
}
