import { keyOf } from "../quota/account.ts";
import type { Declaration } from "../quota/declaration.ts";
import type { Reading } from "../quota/reading.ts";
import { added, NOTHING_USED, type Tally } from "../quota/tally.ts";
import type { AccountKey, CountStore } from "../store/store.ts";
import { createLedger, type Ledger, type LedgerMemory, parseLedgerMemory } from "./declared-ledger.ts";
import { createMinutes } from "./declared-minutes.ts";
import { MOST_LATE, minuteOf } from "./windows.ts";

/** Of whom calls are counted. */
export interface CountedAccount extends AccountKey {
  readonly declared: readonly Declaration[];
}

/** Counts of our own, per account and model. */
export interface Counts {
  /** Counts a served call. One that lies further back than anything is counted over is left out; the result tells. */
  add(account: AccountKey, at: Date, model: string | undefined, tally: Tally): boolean;
  /** Since process start, by model; "" stands for calls that named none. */
  totals(account: AccountKey): ReadonlyMap<string, Tally>;
  /** What is known of the declared quotas of an account now. */
  readings(account: AccountKey, now: Date): readonly Reading[];
  /** Counts for these accounts from now on. What was counted of one of the same name goes on. */
  replace(accounts: readonly CountedAccount[]): void;
  /** Forgets what no window needs any more. */
  prune(now: Date): void;
}

interface CountsOptions {
  readonly accounts: readonly CountedAccount[];
  readonly store: CountStore;
  readonly now: () => Date;
}

/** Models are named by whoever calls: so many of an account are told apart, the others are one. */
const MOST_MODELS = 64;
const LONGEST_MODEL = 128;
const OTHER_MODELS = "other";
/** In minutes: callers whose clock is a little ahead of ours. */
const MOST_AHEAD = 10;
const DAY = 1440;
const MOST_KEPT = 35 * DAY;

interface Book {
  readonly account: CountedAccount;
  readonly models: Set<string>;
  readonly totals: Map<string, Tally>;
  readonly ledgers: readonly Ledger[];
  /** As they were kept last, by quota. */
  readonly kept: Map<string, LedgerMemory>;
}

/** Counts what calls use, by the minute: what declared quotas have left is made of it, now and after a restart. */
export function createCounts({ accounts, store, now }: CountsOptions): Counts {
  let books = new Map<string, Book>();
  /** Of accounts that nobody configured, or does no longer, nothing is counted. */
  const bookOf = (account: AccountKey) => books.get(keyOf(account));
  const keep = ({ account, ledgers, kept }: Book) => {
    for (const { declaration, memory } of ledgers) {
      const current = memory();
      if (kept.get(declaration.quota) === current || current.since === undefined) continue;
      kept.set(declaration.quota, current);
      store.keepDeclared(account, declaration.quota, JSON.stringify(current));
    }
  };
  const replace = (next: readonly CountedAccount[]) => {
    const before = books;
    books = new Map(
      next.map((account) => [keyOf(account), openBook(account, before.get(keyOf(account)), store, now())]),
    );
  };
  replace(accounts);

  return {
    add(key, at, model, told) {
      const book = bookOf(key);
      const [minute, current] = [minuteOf(at), minuteOf(now())];
      if (book === undefined || !(minute >= current - MOST_LATE && minute <= current + MOST_AHEAD)) return false;
      const tally = countable(told);
      const name = nameIn(book.models, model ?? "");
      book.totals.set(name, added(book.totals.get(name) ?? NOTHING_USED, tally));
      store.count(book.account, minute, name, tally);
      for (const ledger of book.ledgers) ledger.take(minute, name, tally);
      keep(book);
      return true;
    },
    totals: (account) => bookOf(account)?.totals ?? new Map(),
    readings(account, at) {
      const book = bookOf(account);
      if (book === undefined) return [];
      const readings = book.ledgers.flatMap((ledger) => ledger.reading(at) ?? []);
      keep(book);
      return readings;
    },
    replace,
    prune(at) {
      for (const { account, ledgers } of books.values()) {
        const before = minuteOf(at) - minutesKept(account);
        for (const ledger of ledgers) ledger.forget(before);
        store.forgetCounts(account, before);
      }
    },
  };
}

/** With what was counted before, in this process or another. */
function openBook(account: CountedAccount, before: Book | undefined, store: CountStore, now: Date): Book {
  const texts = store.declared(account);
  const kept = new Map(before?.kept);
  const begun: ReturnType<typeof createMinutes>[] = [];
  const opening = account.declared.map((declaration) => {
    const same = before?.ledgers.find((ledger) => JSON.stringify(ledger.declaration) === JSON.stringify(declaration));
    if (same !== undefined) return () => same;
    const minutes = createMinutes(declaration);
    begun.push(minutes);
    const memory = parseLedgerMemory(texts.get(declaration.quota));
    if (memory !== undefined) kept.set(declaration.quota, memory);
    return () => createLedger(declaration, memory, minutes);
  });
  const models = before?.models ?? new Set<string>();
  if (before === undefined || begun.length > 0)
    store.eachCount(account, minuteOf(now) - minutesKept(account), (minute, model, tally) => {
      nameIn(models, model);
      for (const { take } of begun) take(minute, model, tally);
    });
  return { account, models, totals: before?.totals ?? new Map(), ledgers: opening.map((open) => open()), kept };
}

/** The name that a model is counted under. */
function nameIn(models: Set<string>, model: string): string {
  const name = model.length > LONGEST_MODEL ? OTHER_MODELS : model;
  if (models.size < MOST_MODELS - 1) models.add(name);
  return models.has(name) ? name : OTHER_MODELS;
}

const countable = ({ requests, inputTokens, outputTokens }: Tally): Tally => ({
  requests: atLeastNone(requests),
  inputTokens: atLeastNone(inputTokens),
  outputTokens: atLeastNone(outputTokens),
});

const atLeastNone = (amount: number) => (Number.isFinite(amount) && amount > 0 ? amount : 0);

/** What the longest window needs, and a day for what is told late. */
function minutesKept({ declared }: CountedAccount): number {
  const lengths = declared.map(({ window }) => {
    if (window.kind === "rolling") return window.minutes;
    if (window.kind === "credits") return 0;
    return { day: DAY + 60, week: 7 * DAY + 60, month: 31 * DAY + 60 }[window.period];
  });
  return Math.min(Math.max(0, ...lengths) + DAY, MOST_KEPT);
}
