import { type AccountMemory, newAccountMemory, takeOutcome } from "../engine/account.ts";
import { evaluateAccount } from "../engine/evaluate.ts";
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
}

interface WatchOptions {
  readonly accounts: readonly Account[];
  readonly store: Store;
  readonly settings: EngineSettings;
  readonly startedAt: Date;
}

/** The loop round the engine: readings and time go in, one immutable snapshot comes out for all consumers. */
export function createWatch({ accounts, store, settings, startedAt }: WatchOptions): Watch {
  const memories = new Map<Account, AccountMemory>(
    accounts.map((account) => [account, store.load(account) ?? newAccountMemory()]),
  );
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
      store.save(account, memory);
      const end = new Date(outcome.at.getTime() + outcome.seconds * 1000);
      const fresh = show(account, memory, end);
      publish(end);
      return fresh;
    },
    evaluate,
    snapshot: () => snapshot,
  };
}
