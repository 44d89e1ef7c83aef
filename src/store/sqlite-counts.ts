import type { DatabaseSync } from "node:sqlite";
import { keyOf } from "../quota/account.ts";
import { added, type Tally } from "../quota/tally.ts";
import type { AccountKey, CountStore } from "./store.ts";

const SQL = {
  add: `INSERT INTO count (account_id, minute, model, requests, input_tokens, output_tokens) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
            input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens`,
  each: `SELECT minute, model, requests, input_tokens, output_tokens FROM count
           WHERE account_id = (SELECT id FROM account WHERE provider = ? AND account = ?) AND minute >= ?`,
  forget:
    "DELETE FROM count WHERE account_id = (SELECT id FROM account WHERE provider = ? AND account = ?) AND minute < ?",
  prune: "DELETE FROM count WHERE minute < ?",
  keep: `INSERT INTO declared (account_id, quota, body) VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET body = excluded.body`,
  texts: `SELECT quota, body FROM declared
            WHERE account_id = (SELECT id FROM account WHERE provider = ? AND account = ?)`,
} as const;

/** While nothing can be written, the oldest is given up beyond so many. */
const MOST_WAITING = 20_000;

interface Waiting {
  readonly key: AccountKey;
  readonly minute: number;
  readonly model: string;
  readonly tally: Tally;
}

interface SqliteCounts extends CountStore {
  isWaiting(): boolean;
  /** Writes what is waiting, as part of a transaction: what it is told of again until `written` is called. */
  write(idOf: (key: AccountKey) => number): void;
  written(): void;
  /** Removes counts of whatever account before a minute. */
  prune(before: number): void;
}

/** The counts in an SQLite database. What many calls of one minute add is written once. */
export function createSqliteCounts(database: DatabaseSync): SqliteCounts {
  const [add, each, forget] = [database.prepare(SQL.add), database.prepare(SQL.each), database.prepare(SQL.forget)];
  const [keep, texts, prune] = [database.prepare(SQL.keep), database.prepare(SQL.texts), database.prepare(SQL.prune)];
  const counts = new Map<string, Waiting>();
  const kept = new Map<string, { readonly key: AccountKey; readonly quota: string; readonly text: string }>();
  const forgotten = new Map<string, { readonly key: AccountKey; readonly before: number }>();
  return {
    count(key, minute, model, tally) {
      const name = JSON.stringify([keyOf(key), minute, model]);
      const before = counts.get(name)?.tally;
      counts.set(name, { key, minute, model, tally: before === undefined ? tally : added(before, tally) });
      const [oldest] = counts.keys();
      if (counts.size > MOST_WAITING && oldest !== undefined) counts.delete(oldest);
    },
    keepDeclared: (key, quota, text) => void kept.set(JSON.stringify([keyOf(key), quota]), { key, quota, text }),
    forgetCounts: (key, before) => void forgotten.set(keyOf(key), { key, before }),
    eachCount({ provider, account }, since, visit) {
      for (const row of each.iterate(provider, account, since)) {
        const [requests, inputTokens, outputTokens] = [row["requests"], row["input_tokens"], row["output_tokens"]];
        const tally = {
          requests: Number(requests),
          inputTokens: Number(inputTokens),
          outputTokens: Number(outputTokens),
        };
        visit(Number(row["minute"]), String(row["model"]), tally);
      }
    },
    declared: ({ provider, account }) =>
      new Map(texts.all(provider, account).map(({ quota, body }) => [String(quota), String(body)])),
    isWaiting: () => counts.size + kept.size + forgotten.size > 0,
    write(idOf) {
      for (const { key, minute, model, tally } of counts.values())
        add.run(idOf(key), minute, model, tally.requests, tally.inputTokens, tally.outputTokens);
      for (const { key, quota, text } of kept.values()) keep.run(idOf(key), quota, text);
      for (const { key, before } of forgotten.values()) forget.run(key.provider, key.account, before);
    },
    written() {
      counts.clear();
      kept.clear();
      forgotten.clear();
    },
    prune: (before) => void prune.run(before),
  };
}
