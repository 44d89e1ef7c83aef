import type { AccountMemory } from "../engine/account.ts";
import type { ReadOutcome } from "../quota/account.ts";
import type { Tally } from "../quota/tally.ts";

/** Which memory belongs to which entry of the config. A renamed account or a changed provider is another one. */
export interface AccountKey {
  readonly provider: string;
  readonly account: string;
}

/** What is known of an account from before: its memory at some moment, and every outcome since. */
export interface Kept {
  readonly memory: AccountMemory | undefined;
  readonly since: readonly ReadOutcome[];
}

/** What was left of a quota at one time. What the provider did not say is undefined. */
export interface HistoryPoint {
  readonly at: Date;
  readonly remaining: number;
  readonly limit: number | undefined;
  readonly resetAt: Date | undefined;
}

/** Something that its owner wrote and will read again. */
export interface KeptText {
  readonly name: string;
  readonly text: string;
}

/** Our own counts of calls, by account, model and minute (Unix time divided by 60), and what is known of declared quotas. */
export interface CountStore {
  /** Adds to what was counted in that minute. */
  count(key: AccountKey, minute: number, model: string, tally: Tally): void;
  /** Everything that was counted from that minute on, in any order. */
  eachCount(key: AccountKey, since: number, visit: (minute: number, model: string, tally: Tally) => void): void;
  forgetCounts(key: AccountKey, before: number): void;
  /** What was kept of each declared quota. */
  declared(key: AccountKey): ReadonlyMap<string, string>;
  keepDeclared(key: AccountKey, quota: string, text: string): void;
}

/** How far the logs of coding tools were read, for each account and log. */
export interface SessionFileStore {
  sessionFiles(key: AccountKey): readonly KeptText[];
  keepSessionFile(key: AccountKey, name: string, text: string): void;
  forgetSessionFile(key: AccountKey, name: string): void;
}

/**
 * Keeps what the engine knows of every account. Outcomes are small and kept at once; the whole memory is kept now and
 * then, so that few outcomes need to be replayed.
 */
export interface Store extends CountStore, SessionFileStore {
  /** Throws for what is kept and cannot be read. */
  load(key: AccountKey): Kept;
  append(key: AccountKey, outcome: ReadOutcome): void;
  keep(key: AccountKey, memory: AccountMemory): void;
  /** What was left of one quota at the times it was read since then, oldest first, thinned to some hundred points. */
  history(key: AccountKey, quota: string, since: Date): readonly HistoryPoint[];
  /** What was kept under each name of an alert. Throws for what cannot be read. */
  alerts(): readonly KeptText[];
  keepAlert(name: string, text: string): void;
  forgetAlert(name: string): void;
  /** Writes what is pending at once. Called before a scrape: what it shows must not be counted again after a kill. */
  flush(): void;
  /** Writes what is still pending and lets go of the storage. */
  close(): Promise<void>;
}
