import { type AccountMemory, newAccountMemory, takeObserved, takeOutcome } from "../engine/account.ts";
import { evaluateAccount } from "../engine/evaluate.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import { type Account, keyOf, type ReadOutcome } from "../quota/account.ts";
import type { Reading } from "../quota/reading.ts";
import type { Store } from "../store/store.ts";
import { endOf, factsOf, forCharts, relived, withFacts } from "./history.ts";

export interface Watch {
  /** Takes how a read ended, and returns what is known of that account at that moment: the end of the read if not told. */
  take(account: Account, outcome: ReadOutcome, at?: Date): AccountSnapshot;
  /**
   * Takes what was told of some quotas of an account outside of a read (see `takeObserved`). It is kept with the next
   * `keepObserved`, and shown at once.
   */
  observe(account: Account, readings: readonly Reading[], now: Date): AccountSnapshot;
  /** Keeps what was observed since it was last called. Called before a scrape, and when time passes. */
  keepObserved(): void;
  /** What is now known of one account. */
  account(account: Account): AccountSnapshot | undefined;
  /**
   * Begins an account with what it read before this process, oldest first. One that is not watched, or that this process
   * has read already, stays as it is; the result tells whether it was taken.
   */
  seed(account: Account, outcomes: readonly ReadOutcome[], now: Date): boolean;
  /** Lets time pass for every account. */
  evaluate(now: Date): void;
  /** The newest one; it never changes once handed out. */
  snapshot(): Snapshot;
  /**
   * Watches these accounts from now on. What is known of one of the same provider and name goes on as it is, and one that
   * is no longer there is gone at once.
   */
  replace(accounts: readonly Account[], settings: EngineSettings, now: Date): void;
  /** Keeps every memory whole, so that the next start has nothing to replay. */
  keepAll(): void;
}

interface WatchOptions {
  readonly accounts: readonly Account[];
  readonly store: Store;
  readonly settings: EngineSettings;
  readonly startedAt: Date;
  /** Hears of a kept memory that cannot be read or gone on with: the account is then learned anew. */
  readonly onUnusable?: (account: Account, error: unknown) => void;
}

/** So many outcomes of an account are replayed at most when its memory is restored. */
const KEEP_EVERY = 30;

/** Time between two outcomes of live traffic that charts may show. */
const CHART_EVERY_MS = 60_000;

interface Watched {
  readonly account: Account;
  readonly memory: AccountMemory;
  /** What it was seeded with, until a reading tells what a seed does not. */
  readonly seed?: readonly ReadOutcome[];
  /** Outcomes since the memory was kept whole. */
  unkept: number;
}

/** The loop round the engine: readings and time go in, one immutable snapshot comes out for all consumers. */
export function createWatch(options: WatchOptions): Watch {
  const { accounts, store, startedAt, onUnusable = () => undefined } = options;
  let { settings } = options;
  let watched = new Map<string, Watched>();
  let shown = new Map<string, AccountSnapshot>();
  let snapshot: Snapshot;
  /** Keys of those whose memory has moved on without an outcome that is kept. */
  const observed = new Set<string>();
  const charted = new Map<string, number>();

  const show = ({ account, memory }: Watched, now: Date) => {
    const clock = { now: now.getTime() / 1000, startedAt: startedAt.getTime() / 1000 };
    const fresh = evaluateAccount(memory, account, clock, settings);
    shown.set(keyOf(account), fresh);
    return fresh;
  };
  const publish = (at: Date) => {
    snapshot = Object.freeze({ at, accounts: Object.freeze([...shown.values()]) });
  };
  const evaluate = (now: Date) => {
    for (const one of watched.values()) show(one, now);
    publish(now);
  };
  const keep = (one: Watched) => {
    store.keep(one.account, one.memory);
    one.unkept = 0;
  };
  const keepObserved = () => {
    for (const key of observed) {
      const one = watched.get(key);
      if (one !== undefined) keep(one);
    }
    observed.clear();
  };
  const begin = (account: Account, now: Date): Watched => {
    let one: Watched = { account, memory: newAccountMemory(), unkept: 0 };
    try {
      one = { ...one, memory: restore(account, store, settings) };
      show(one, now);
    } catch (error) {
      onUnusable(account, error);
      one = { ...one, memory: newAccountMemory() };
    }
    // The next start must know what the counters of this one began with.
    keep(one);
    return one;
  };
  const replace: Watch["replace"] = (next, changed, now) => {
    settings = changed;
    const before = watched;
    // One that left in an earlier change may come back in this one.
    store.flush();
    watched = new Map(
      next.map((account) => {
        const known = before.get(keyOf(account));
        return [keyOf(account), known === undefined ? begin(account, now) : { ...known, account }];
      }),
    );
    for (const [key, one] of before) if (!watched.has(key)) keep(one);
    for (const key of [...charted.keys()]) if (!watched.has(key)) charted.delete(key);
    shown = new Map();
    evaluate(now);
  };
  /** What is the same at every reading, and no series tells, is learned from the first one. */
  const completed = (one: Watched, outcome: ReadOutcome): Watched => {
    if (one.seed === undefined || !outcome.ok) return one;
    const { seed, ...rest } = one;
    const facts = factsOf(outcome.answer.readings);
    const { quotas } =
      facts.size === 0 ? one.memory : relived(newAccountMemory(), one.account, withFacts(seed, facts), settings);
    // What failed reads have told meanwhile stays.
    const complete = { ...rest, memory: { ...one.memory, quotas } };
    watched.set(keyOf(one.account), complete);
    return complete;
  };
  replace(accounts, settings, startedAt);

  return {
    seed(account, outcomes, now) {
      const one = watched.get(keyOf(account));
      if (one === undefined || one.memory.lastPollAt !== undefined) return false;
      try {
        const memory = relived(newAccountMemory(), one.account, outcomes, settings);
        const seeded = { ...one, memory, seed: outcomes };
        show(seeded, now);
        watched.set(keyOf(account), seeded);
      } catch (error) {
        onUnusable(account, error);
        return false;
      }
      publish(now);
      for (const outcome of forCharts(outcomes)) store.append(account, outcome);
      return true;
    },
    account: (account) => shown.get(keyOf(account)),
    take(account, outcome, at = endOf(outcome)) {
      const known = watched.get(keyOf(account));
      if (known === undefined) throw new Error(`account ${account.account} is not watched`);
      const one = completed(known, outcome);
      takeOutcome(one.memory, one.account, outcome, settings);
      const fresh = show(one, at);
      publish(at);
      store.append(account, outcome);
      one.unkept++;
      if (one.unkept >= KEEP_EVERY) keep(one);
      return fresh;
    },
    observe(account, readings, now) {
      const one = watched.get(keyOf(account));
      if (one === undefined) throw new Error(`account ${account.account} is not watched`);
      takeObserved(one.memory, one.account, readings, settings);
      const fresh = show(one, now);
      publish(now);
      observed.add(keyOf(account));
      const chartedAt = charted.get(keyOf(account)) ?? -Infinity;
      if (Math.abs(now.getTime() - chartedAt) < CHART_EVERY_MS) return fresh;
      // What another source has told better is no point of a chart.
      const taken = readings.filter(({ quota, source, readAt }) => {
        const latest = one.memory.quotas.get(quota)?.latest;
        return latest?.source === source && latest.readAt === readAt;
      });
      if (taken.length === 0) return fresh;
      charted.set(keyOf(account), now.getTime());
      // For the charts alone: the memory that is kept after it holds it already, and nothing is replayed twice.
      store.append(account, {
        ok: true,
        at: now,
        seconds: 0,
        observed: true,
        answer: { readings: taken, metered: true },
      });
      keep(one);
      observed.delete(keyOf(account));
      return fresh;
    },
    keepObserved,
    evaluate,
    replace,
    snapshot: () => snapshot,
    keepAll() {
      observed.clear();
      for (const one of watched.values()) keep(one);
    },
  };
}

/** The memory as it was when the last outcome was kept, by the same code that made it. */
function restore(account: Account, store: Store, settings: EngineSettings): AccountMemory {
  const { memory = newAccountMemory(), since } = store.load(account);
  return relived(memory, account, since, settings);
}
