import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { keyOf, type ReadOutcome } from "../quota/account.ts";
import { decodeOutcome, FORMAT } from "./codec.ts";

/** The state cannot be read; the message says why. */
export class StoredOutcomesError extends Error {
  override readonly name = "StoredOutcomesError";
}

const OUTCOMES = `
  SELECT provider, account, body FROM outcome JOIN account ON account.id = account_id
  WHERE outcome.format = ? ORDER BY seq`;

/** A checkpoint that runs meanwhile may tear a copy; more than so many in a row nobody writes. */
const MOST_COPIES = 5;

/**
 * Every outcome that a state path keeps, oldest first, by the key of its account. A daemon that lives locks its database
 * against everybody: hence a copy is read, which leaves it alone.
 */
export function storedOutcomes(path: string): ReadonlyMap<string, readonly ReadOutcome[]> {
  if (!existsSync(path))
    throw new StoredOutcomesError(`state.path ${path} does not exist: no daemon has written it yet`);
  const folder = mkdtempSync(join(tmpdir(), "llm-quota-backtest-"));
  try {
    const copy = join(folder, "state.db");
    copyUntorn(path, copy);
    return readAll(copy);
  } catch (error) {
    if (error instanceof StoredOutcomesError) throw error;
    throw new StoredOutcomesError(`state.path ${path} cannot be read (${(error as Error).message})`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The newest readings are in the log beside the database, until they are moved over. */
function copyUntorn(path: string, copy: string): void {
  for (let attempt = 0; attempt < MOST_COPIES; attempt++) {
    const before = statSync(path);
    copyFileSync(path, copy);
    rmSync(`${copy}-wal`, { force: true });
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const after = statSync(path);
    if (before.mtimeMs === after.mtimeMs && before.size === after.size) return;
  }
  throw new StoredOutcomesError(`state.path ${path} is written all the time: try again`);
}

function readAll(copy: string): Map<string, ReadOutcome[]> {
  const database = new DatabaseSync(copy);
  try {
    const outcomes = new Map<string, ReadOutcome[]>();
    for (const { provider, account, body } of database.prepare(OUTCOMES).all(FORMAT)) {
      const key = keyOf({ provider: String(provider), account: String(account) });
      const known = outcomes.get(key) ?? [];
      known.push(decodeOutcome(String(body)));
      outcomes.set(key, known);
    }
    return outcomes;
  } finally {
    database.close();
  }
}
