import type { DatabaseSync, StatementSync } from "node:sqlite";
import { keyOf } from "../quota/account.ts";
import { decodeMemory, decodeOutcome, encode, FORMAT } from "./codec.ts";
import { createSqliteCounts } from "./sqlite-counts.ts";
import { createSqliteHistory } from "./sqlite-history.ts";
import type { AccountKey, Kept, Store } from "./store.ts";

interface SqliteStoreOptions {
  readonly database: DatabaseSync;
  readonly now: () => Date;
  /** Hears of every batch: undefined when it was written, else why not. What could not be written is tried again. */
  readonly onWrite: (problem: Error | undefined) => void;
}

/** What the daemon may lose when it is killed. */
const MOST_LATE_MS = 500;
/** Time until a batch that could not be written is tried again, if nothing asks for it before. */
const RETRY_MS = 5000;
/** While nothing can be written, the oldest is given up beyond so many. */
const MOST_PENDING = 20_000;
const THIN_EVERY_MS = 3_600_000;

const HOUR = 3600;
const DAY = 24 * HOUR;
/** History older than `after` seconds keeps one outcome per account and `every` seconds. */
const THINNING = [
  { after: DAY, every: HOUR / 4 },
  { after: 7 * DAY, every: HOUR },
];
const KEPT = 30 * DAY;
/** No declared window needs more; those of accounts that are watched go sooner. */
const COUNTS_KEPT_MINUTES = 36 * 1440;

type Write = (statements: Statements) => void;
type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

const SQL = {
  find: "SELECT id, format, memory, memory_seq FROM account WHERE provider = ? AND account = ?",
  add: "INSERT INTO account (provider, account) VALUES (?, ?) RETURNING id",
  since: "SELECT body FROM outcome WHERE account_id = ? AND seq > ? AND format = ? ORDER BY seq",
  append: "INSERT INTO outcome (account_id, at, format, body) VALUES (?, ?, ?, ?)",
  keep: `UPDATE account SET format = ?, memory = ?,
           memory_seq = (SELECT coalesce(max(seq), 0) FROM outcome) WHERE id = ?`,
  // Only what a kept memory already holds may go.
  thin: `DELETE FROM outcome WHERE at < ?1 AND seq <= (SELECT memory_seq FROM account WHERE id = account_id) AND seq NOT IN
           (SELECT min(seq) FROM outcome WHERE at < ?1 GROUP BY account_id, CAST(at / ?2 AS INTEGER))`,
  prune: "DELETE FROM outcome WHERE at < ?",
  alerts: "SELECT name, body FROM alert ORDER BY name",
  keepAlert: "INSERT INTO alert (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
  forgetAlert: "DELETE FROM alert WHERE name = ?",
  sessionFiles: `SELECT name, body FROM session_file
                   WHERE account_id = (SELECT id FROM account WHERE provider = ? AND account = ?)`,
  keepSessionFile: `INSERT INTO session_file (account_id, name, body) VALUES (?, ?, ?)
                      ON CONFLICT DO UPDATE SET body = excluded.body`,
  forgetSessionFile: "DELETE FROM session_file WHERE account_id = ? AND name = ?",
} as const;

/** A store in an SQLite database. Writing never fails to the outside: a full disk costs history, not the daemon. */
export function createSqliteStore({ database, now, onWrite }: SqliteStoreOptions): Store {
  const statements = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as unknown as Statements;
  const historyOf = createSqliteHistory(database, now);
  const counts = createSqliteCounts(database);
  const ids = new Map<string, number>();
  /** In the order of writing, by what a later one of the same name replaces. */
  let pending = new Map<string, Write>();
  let unnamed = 0;
  let timer: NodeJS.Timeout | undefined;

  const idOf = (key: AccountKey, { find, add }: Statements): number => {
    const { provider, account } = key;
    const known = ids.get(keyOf(key)) ?? find.get(provider, account)?.["id"] ?? add.get(provider, account)?.["id"];
    ids.set(keyOf(key), Number(known));
    return Number(known);
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const writes = pending;
    if (writes.size === 0 && !counts.isWaiting()) return;
    try {
      inTransaction(database, () => {
        for (const write of writes.values()) write(statements);
        counts.write((key) => idOf(key, statements));
      });
      pending = new Map();
      counts.written();
      onWrite(undefined);
    } catch (error) {
      // An id that was given out in a transaction that failed is none.
      ids.clear();
      pending = new Map([...writes].slice(-MOST_PENDING));
      timer = setTimeout(flush, RETRY_MS);
      onWrite(error as Error);
    }
  };
  const soon = () => {
    timer ??= setTimeout(flush, MOST_LATE_MS);
  };
  const write = (one: Write, name = String(unnamed++)) => {
    // A memory is large: while nothing can be written, only the last of each account waits.
    pending.delete(name);
    pending.set(name, one);
    soon();
  };
  const thin = () =>
    write(({ thin: thinOut, prune }) => {
      const at = now().getTime() / 1000;
      for (const { after, every } of THINNING) thinOut.run(at - after, every);
      prune.run(at - KEPT);
      counts.prune(Math.floor(at / 60) - COUNTS_KEPT_MINUTES);
    });
  const thinning = setInterval(thin, THIN_EVERY_MS).unref();

  return {
    load: ({ provider, account }) => kept(statements, statements.find.get(provider, account)),
    append(key, outcome) {
      const body = encode(outcome);
      const at = outcome.at.getTime() / 1000;
      write((prepared) => prepared.append.run(idOf(key, prepared), at, FORMAT, body));
    },
    keep(key, memory) {
      const text = encode(memory);
      write((prepared) => prepared.keep.run(FORMAT, text, idOf(key, prepared)), `memory ${keyOf(key)}`);
    },
    alerts() {
      flush();
      return statements.alerts.all().map(({ name, body }) => ({ name: String(name), text: String(body) }));
    },
    keepAlert: (name, text) => write((prepared) => prepared.keepAlert.run(name, text)),
    forgetAlert: (name) => write((prepared) => prepared.forgetAlert.run(name)),
    sessionFiles({ provider, account }) {
      flush();
      const rows = statements.sessionFiles.all(provider, account);
      return rows.map(({ name, body }) => ({ name: String(name), text: String(body) }));
    },
    keepSessionFile: (key, name, text) =>
      write(
        (prepared) => prepared.keepSessionFile.run(idOf(key, prepared), name, text),
        `session ${JSON.stringify([keyOf(key), name])}`,
      ),
    forgetSessionFile: (key, name) =>
      write(
        (prepared) => prepared.forgetSessionFile.run(idOf(key, prepared), name),
        `session ${JSON.stringify([keyOf(key), name])}`,
      ),
    history(key, quota, since) {
      flush();
      return historyOf(key, quota, since);
    },
    count(...told) {
      counts.count(...told);
      soon();
    },
    eachCount(...asked) {
      flush();
      counts.eachCount(...asked);
    },
    forgetCounts(...told) {
      counts.forgetCounts(...told);
      soon();
    },
    declared(key) {
      flush();
      return counts.declared(key);
    },
    keepDeclared(...told) {
      counts.keepDeclared(...told);
      soon();
    },
    flush,
    async close() {
      clearInterval(thinning);
      flush();
      clearTimeout(timer);
      database.close();
    },
  };
}

/** Throws for what cannot be read. What another version kept is not understood: the account is learned anew. */
function kept({ since }: Statements, row: Record<string, unknown> | undefined): Kept {
  if (row === undefined) return { memory: undefined, since: [] };
  const isKnown = row["format"] === FORMAT && typeof row["memory"] === "string";
  const outcomes = since.all(Number(row["id"]), isKnown ? Number(row["memory_seq"]) : 0, FORMAT);
  return {
    memory: isKnown ? decodeMemory(String(row["memory"])) : undefined,
    since: outcomes.map(({ body }) => decodeOutcome(String(body))),
  };
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
