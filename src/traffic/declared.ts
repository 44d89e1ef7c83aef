import type { AccountSnapshot } from "../engine/snapshot.ts";
import { keyOf } from "../quota/account.ts";
import type { Reading } from "../quota/reading.ts";
import type { CountedAccount, Counts } from "./counts.ts";

interface DeclaredOptions<A extends CountedAccount> {
  readonly accounts: readonly A[];
  readonly counts: Counts;
  /** What is known of an account now. */
  readonly known: (account: A) => AccountSnapshot | undefined;
  /** Takes what is now known of the declared quotas of an account. */
  readonly observed: (account: A, readings: readonly Reading[], now: Date) => void;
  readonly now: () => Date;
}

interface Declared<A> extends Pick<Counts, "add"> {
  /** Hands on what the passing of time changes. */
  evaluate(): void;
  /** Hands on what is still waiting. */
  flush(): void;
  replace(accounts: readonly A[]): void;
  stop(): void;
}

/** What many calls change within this time is handed on once. */
const COALESCE_MS = 500;
/** Quotas that nothing changes are handed on this often all the same: that nothing was used is news too. */
const QUIET_MS = 60_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Makes readings of what is counted for declared quotas, whenever a call or the passing of time changes it. */
export function createDeclared<A extends CountedAccount>({
  counts,
  known,
  observed,
  now,
  ...given
}: DeclaredOptions<A>): Declared<A> {
  let accounts = withDeclared(given.accounts);
  let handedOn = new Map<string, { readonly at: number; readonly text: string }>();
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let prunedAt = performance.now();

  const handOn = (account: A, isTimeOnly: boolean) => {
    const at = now();
    const readings = counts.readings(account, at);
    const last = handedOn.get(keyOf(account));
    const text = JSON.stringify(readings.map(({ readAt: _, ...rest }) => rest));
    const isQuiet = text === last?.text && performance.now() - last.at < QUIET_MS;
    const isDoubted = known(account)?.quotas.some(({ doubtful }) => doubtful) === true;
    if (readings.length === 0 || (isTimeOnly && isQuiet && !isDoubted)) return;
    handedOn.set(keyOf(account), { at: performance.now(), text });
    observed(account, readings, at);
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const keys = [...waiting];
    waiting.clear();
    for (const key of keys) {
      const account = accounts.get(key);
      if (account !== undefined) handOn(account, false);
    }
  };
  const evaluate = () => {
    flush();
    for (const account of accounts.values()) handOn(account, true);
    if (performance.now() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = performance.now();
    counts.prune(now());
  };
  const replace = (next: readonly A[]) => {
    accounts = withDeclared(next);
    handedOn = new Map();
    evaluate();
  };
  return {
    add(key, at, model, tally) {
      const isCounted = counts.add(key, at, model, tally);
      const name = keyOf(key);
      if (!isCounted || !accounts.has(name)) return isCounted;
      waiting.add(name);
      // The first of many is handed on at once, so that a single call is seen at once.
      if (performance.now() - (handedOn.get(name)?.at ?? -Infinity) >= COALESCE_MS) flush();
      else timer ??= setTimeout(flush, COALESCE_MS).unref();
      return true;
    },
    evaluate,
    flush,
    replace,
    stop() {
      flush();
      accounts = new Map();
    },
  };
}

const withDeclared = <A extends CountedAccount>(accounts: readonly A[]) =>
  new Map(accounts.filter(({ declared }) => declared.length > 0).map((account) => [keyOf(account), account]));
