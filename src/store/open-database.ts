import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The state cannot be used and must not be touched; the message says how to mend it. */
export class StateError extends Error {
  override readonly name = "StateError";
}

export interface Opened {
  readonly database: DatabaseSync;
  /** What was set aside or could not be had, for the log. */
  readonly warning: string | undefined;
}

/** "LQXE" in a database's header: the file is ours. */
export const APPLICATION_ID = 0x4c_51_58_45;
const MAGIC = "SQLite format 3\0";
/** Where the header of an SQLite file keeps the application id. */
const ID_OFFSET = 68;

/** What each version added to the one before it. */
const MIGRATIONS = [
  `
  CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    format INTEGER,
    memory TEXT,
    memory_seq INTEGER NOT NULL DEFAULT 0,
    UNIQUE (provider, account)
  ) STRICT;
  CREATE TABLE outcome (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id),
    at REAL NOT NULL,
    format INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX outcome_of_account ON outcome (account_id, at);
`,
  "CREATE TABLE alert (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;",
  `
  CREATE TABLE count (
    account_id INTEGER NOT NULL REFERENCES account (id),
    minute INTEGER NOT NULL,
    model TEXT NOT NULL,
    requests REAL NOT NULL,
    input_tokens REAL NOT NULL,
    output_tokens REAL NOT NULL,
    PRIMARY KEY (account_id, minute, model)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE declared (
    account_id INTEGER NOT NULL REFERENCES account (id),
    quota TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, quota)
  ) STRICT, WITHOUT ROWID;
`,
  `
  CREATE TABLE session_file (
    account_id INTEGER NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
  ) STRICT, WITHOUT ROWID;
`,
] as const;
/** Of a database as this program writes it. */
export const VERSION = MIGRATIONS.length;

/**
 * Opens the database of one state path for this process alone. A damaged one of ours is set aside; what is not ours, or
 * is of a newer version, is left alone with a `StateError`, and so is one that another process uses.
 */
export function openDatabase(path: string, now: Date): Opened {
  refuseForeign(path);
  if (dirname(path) !== "") mkdirSync(dirname(path), { recursive: true });
  try {
    return { database: openOurs(path), warning: undefined };
  } catch (error) {
    if (error instanceof StateError || !isDamaged(error)) throw error;
    const aside = `${path}.damaged-${now.toISOString().replaceAll(/[:.]/g, "-")}`;
    renameSync(path, aside);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    return {
      database: openOurs(path),
      warning: `${path} is damaged: set aside as ${aside}, everything is learned anew`,
    };
  }
}

/**
 * Whatever is at the path and is no database of ours stays as it is. Never called for a path that this process has open:
 * on POSIX closing any descriptor of a file gives up its locks.
 */
function refuseForeign(path: string): void {
  if (!existsSync(path)) return;
  const stats = statSync(path);
  if (!stats.isFile()) throw new StateError(`state.path ${path} is not a file: name a file, such as data/state.db`);
  if (stats.size === 0) return;
  const header = readFileSync(path).subarray(0, 100);
  const isSqlite = header.subarray(0, MAGIC.length).toString("latin1") === MAGIC;
  if (!isSqlite || header.length < 100 || header.readUInt32BE(ID_OFFSET) !== APPLICATION_ID)
    throw new StateError(`state.path ${path} belongs to another program: name another file`);
}

function openOurs(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // For as long as we live nobody else may use it: two daemons would page twice and overwrite each other.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("BEGIN IMMEDIATE");
    migrate(database, path);
    database.exec("COMMIT");
    // Only now, so that what makes the file ours stands in the file and not in a log beside it.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const [check] = Object.values(database.prepare("PRAGMA quick_check(1)").get() ?? {});
    if (check !== "ok") throw Object.assign(new Error(`damaged: ${String(check)}`), { errcode: CORRUPT });
    return database;
  } catch (error) {
    database.close();
    if (codeOf(error) === BUSY)
      throw new StateError(`state.path ${path} is in use by another llm-quota-exporter: stop it or name another file`);
    throw error;
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > VERSION)
    throw new StateError(
      `state.path ${path} was written by a newer llm-quota-exporter: use that, or name another file`,
    );
  if (version === VERSION) return;
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION};`);
}

const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** SQLite's primary result code. */
function codeOf(error: unknown): number | undefined {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number"
    ? error.errcode & 0xff
    : undefined;
}

const isDamaged = (error: unknown) => codeOf(error) === CORRUPT || codeOf(error) === NOT_A_DATABASE;
