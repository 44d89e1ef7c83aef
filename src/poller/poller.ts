import { ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { HttpClient } from "../http/client.ts";
import type { ReadAccount } from "../providers/provider.ts";
import { type Account, keyOf, type ReadOutcome } from "../quota/account.ts";
import type { OnDemandRead, PollLog } from "../quota/poll-log.ts";
import { type AccountLoop, createAccountLoop } from "./account-loop.ts";
import { firstReadDelay } from "./next-read.ts";
import type { Peer } from "./peer.ts";
import type { PeerOutcome } from "./peer-outcome.ts";
import { readAccount } from "./read-account.ts";
import { createSlots, MOST_PER_HOST } from "./slots.ts";

/** An account as the poller needs it. */
export interface PolledAccount extends Account {
  readonly read: ReadAccount;
  readonly host: string;
  readonly floorSeconds: number;
  /** Changes with what is read and by which credential. */
  readonly definition: string;
}

interface PollerOptions<T extends PolledAccount> {
  readonly accounts: readonly T[];
  readonly http: HttpClient;
  /** Asked before every read; without one every account is read here. */
  readonly peer?: Peer;
  /** When an account was last read by an earlier process: what a peer read before that is no news. */
  readonly lastReadAt?: (account: T) => Date | undefined;
  /** Asked at every read. */
  readonly timeoutSeconds: () => number;
  readonly now: () => Date;
  /** Evenly spread in [0, 1). */
  readonly random: () => number;
  /** Takes every outcome, which is some time ago where it comes from the peer, and says what is now known of the account. */
  readonly finished: (account: T, outcome: ReadOutcome, fromPeer: boolean) => AccountSnapshot;
  readonly onBug: (account: T, error: unknown) => void;
}

export interface Poller<T extends PolledAccount = PolledAccount> {
  start(): void;
  /**
   * Reads these accounts from now on. One of the same provider and name goes on in its rhythm; one that is no longer there
   * is never heard of again.
   */
  replace(accounts: readonly T[]): void;
  /** True once every account has been attempted. An account that comes later does not take it back. */
  ready(): boolean;
  /**
   * Reads the account of this name out of turn, and moves its next regular read. A read under way is shared, an outcome
   * of the last minute is given instead, and no read ever begins against the floor, a Retry-After or a back-off.
   */
  readNow(account: string): Promise<OnDemandRead>;
  /** The last reads of the account of this name; undefined for one that is not polled. */
  log(account: string): PollLog | undefined;
  /** For a peer: the last outcome of the account of this name and definition, if it was read here. */
  ownOutcome(account: string, definition: string): PeerOutcome | undefined;
  /** Aborts what is in flight and waits for it. */
  stop(): Promise<void>;
}

const MOST_FIRST_SPREAD = 10;
const FIRST_SPREAD_PER_ACCOUNT = 0.5;

/** Decides when to read, reads, and never lets one account delay another. */
export function createPoller<T extends PolledAccount>(options: PollerOptions<T>): Poller<T> {
  const { http, timeoutSeconds, now, random, finished, onBug } = options;
  const scheduler = new ToadScheduler();
  const withSlot = createSlots(MOST_PER_HOST);
  const ending = new Set<Promise<void>>();
  let loops: ReadonlyMap<string, AccountLoop<T>> = new Map();
  let loopsByName: ReadonlyMap<string, AccountLoop<T> | undefined> = new Map();
  let made = 0;
  let isStarted = false;
  let isReady = false;

  const loopOf = (account: T, spread: number): AccountLoop<T> =>
    createAccountLoop({
      // A removed account may still be finishing its last read when it comes back.
      id: `${made++} ${keyOf(account)}`,
      account,
      scheduler,
      firstDelaySeconds: firstReadDelay(account, Math.min(spread, account.intervalSeconds)),
      read: (current, shutdown) =>
        withSlot(current.host, () =>
          readAccount(current.read, {
            ...{ http, shutdown, now },
            timeoutSeconds: timeoutSeconds(),
            onBug: (error) => onBug(current, error),
          }),
        ),
      askPeer: async (...question) => options.peer?.outcomeOf(...question),
      lastReadAt: (current) => options.lastReadAt?.(current),
      ...{ finished, now, random, onBug },
    });

  const end = (loop: AccountLoop<T>) => {
    const ended = loop.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  };
  const replace = (accounts: readonly T[]) => {
    const spread = Math.min(MOST_FIRST_SPREAD, FIRST_SPREAD_PER_ACCOUNT * accounts.length);
    const before = loops;
    loops = new Map(
      accounts.map((account) => {
        const known = before.get(keyOf(account));
        known?.redefine(account);
        return [keyOf(account), known ?? loopOf(account, spread)];
      }),
    );
    loopsByName = new Map(accounts.map((account) => [account.account, loops.get(keyOf(account))]));
    for (const loop of without(before, loops)) end(loop);
    if (isStarted) for (const loop of without(loops, before)) loop.start();
  };
  replace(options.accounts);

  return {
    start() {
      isStarted = true;
      for (const loop of loops.values()) loop.start();
    },
    replace,
    ready() {
      isReady ||= [...loops.values()].every((loop) => loop.hasRead());
      return isReady;
    },
    readNow: async (account) => (await loopsByName.get(account)?.readNow()) ?? { how: "held", outcome: undefined },
    ownOutcome: (account, definition) => loopsByName.get(account)?.ownOutcome(definition),
    log: (account) => loopsByName.get(account)?.log(),
    async stop() {
      for (const loop of loops.values()) end(loop);
      await Promise.all(ending);
      scheduler.stop();
    },
  };
}

/** What stands under keys that the other map does not have. */
const without = <Value>(map: ReadonlyMap<string, Value>, other: ReadonlyMap<string, Value>): readonly Value[] =>
  [...map].flatMap(([key, value]) => (other.has(key) ? [] : [value]));
