import { type AccountMemory, newAccountMemory, takeOutcome } from "../engine/account.ts";
import { evaluateAccount } from "../engine/evaluate.ts";
import { resumeAccount } from "../engine/resume.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { Store } from "../store/store.ts";

export interface Watch {
  /** Takes how a read ended, and returns what is now known of that account. */
  take(account: Account, outcome: ReadOutcome): AccountSnapshot;
  /** Lets time pass for every account. */
  evaluate(now: Date): void;
  /** The newest one; it never changes once handed out. */
  snapshot(): Snapshot;
  /** Keeps every memory whole, so that the next start has nothing to replay. */
  keepAll(): void;
}

interface WatchOptions {
  readonly accounts: readonly Account[];
  readonly store: Store;
  readonly settings: EngineSettings;
  readonly startedAt: Date;
}

/** So many outcomes of an account are replayed at most when its memory is restored. */
const KEEP_EVERY = 30;

/** The loop round the engine: readings and time go in, one immutable snapshot comes out for all consumers. */
export function createWatch({ accounts, store, settings, startedAt }: WatchOptions): Watch {
  const memories = new Map<Account, AccountMemory>(
    accounts.map((account) => [account, restore(account, store, settings)]),
  );
  const unkept = new Map<Account, number>();
  const shown = new Map<Account, AccountSnapshot>();
  let snapshot: Snapshot;

  const show = (account: Account, memory: AccountMemory, now: Date) => {
    const clock = { now: now.getTime() / 1000, startedAt: startedAt.getTime() / 1000 };
    const fresh = evaluateAccount(memory, account, clock, settings);
    shown.set(account, fresh);
    return fresh;
  };
  const publish = (at: Date) => {
    snapshot = Object.freeze({ at, accounts: Object.freeze([...shown.values()]) });
  };
  const evaluate = (now: Date) => {
    for (const [account, memory] of memories) show(account, memory, now);
    publish(now);
  };
  evaluate(startedAt);

  return {
    take(account, outcome) {
      const memory = memories.get(account);
      if (memory === undefined) throw new Error(`account ${account.account} is not watched`);
      takeOutcome(memory, account, outcome, settings);
      const end = endOf(outcome);
      const fresh = show(account, memory, end);
      publish(end);
      store.append(account, outcome);
      const outcomes = (unkept.get(account) ?? 0) + 1;
      unkept.set(account, outcomes % KEEP_EVERY);
      if (outcomes >= KEEP_EVERY) store.keep(account, memory);
      return fresh;
    },
    evaluate,
    snapshot: () => snapshot,
    keepAll() {
      for (const [account, memory] of memories) store.keep(account, memory);
    },
  };
}

const endOf = ({ at, seconds }: ReadOutcome) => new Date(at.getTime() + seconds * 1000);

/** The memory as it was when the last outcome was kept, by the same code that made it. */
function restore(account: Account, store: Store, settings: EngineSettings): AccountMemory {
  const { memory = newAccountMemory(), since } = store.load(account);
  for (const outcome of since) {
    takeOutcome(memory, account, outcome, settings);
    evaluateAccount(memory, account, { now: endOf(outcome).getTime() / 1000, startedAt: 0 }, settings);
  }
  return resumeAccount(memory);
}
