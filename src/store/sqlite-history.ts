import type { DatabaseSync } from "node:sqlite";
import { remainingOf } from "../quota/amounts.ts";
import { FORMAT } from "./codec.ts";
import { MOST_POINTS } from "./history.ts";
import type { AccountKey, HistoryPoint } from "./store.ts";

/**
 * One outcome for each slice of the time, found in the index alone; only those are then looked into, by SQLite's own
 * JSON parser. However often an account is read, this costs some tens of milliseconds at most.
 */
const HISTORY = `
  SELECT kept.at,
    json_extract(reading.value, '$.remaining') AS remaining,
    json_extract(reading.value, '$.limit') AS "limit",
    json_extract(reading.value, '$.used') AS used,
    json_extract(reading.value, '$.resetAt."@date"') AS reset
  FROM outcome AS kept,
    json_each(CASE WHEN json_valid(kept.body) THEN kept.body ELSE '{}' END, '$.answer.readings') AS reading
  WHERE kept.seq IN (
      SELECT max(seq) FROM outcome
      WHERE account_id = (SELECT id FROM account WHERE provider = ?1 AND account = ?2) AND at >= ?3 AND at <= ?4
      GROUP BY CAST(at / ?5 AS INTEGER))
    AND kept.format = ?6
    AND json_extract(reading.value, '$.quota') = ?7
    AND json_extract(reading.value, '$.confidence') <> 'degraded'
  ORDER BY kept.seq`;

/** Seconds: below this, readings are not told apart by a look. */
const SHORTEST_SLICE = 0.001;

const FIRST = `
  SELECT min(at) AS at FROM outcome
  WHERE account_id = (SELECT id FROM account WHERE provider = ? AND account = ?) AND at >= ?`;

/** Reads the history of quotas from the outcomes that are kept. */
export function createSqliteHistory(database: DatabaseSync, now: () => Date) {
  const [first, slices] = [database.prepare(FIRST), database.prepare(HISTORY)];
  return ({ provider, account }: AccountKey, quota: string, since: Date): readonly HistoryPoint[] => {
    const from = first.get(provider, account, since.getTime() / 1000)?.["at"];
    if (typeof from !== "number") return [];
    const to = now().getTime() / 1000;
    const slice = Math.max((to - from) / MOST_POINTS, SHORTEST_SLICE);
    return slices.all(provider, account, from, to, slice, FORMAT, quota).flatMap(toPoint);
  };
}

function toPoint(row: Record<string, unknown>): HistoryPoint[] {
  const [at, remaining, limit, used, reset] = ["at", "remaining", "limit", "used", "reset"].map((column) => {
    const value = row[column];
    return typeof value === "number" ? value : undefined;
  });
  const left = remainingOf({
    ...(remaining !== undefined && { remaining }),
    ...(limit !== undefined && { limit }),
    ...(used !== undefined && { used }),
  });
  if (at === undefined || left === undefined) return [];
  return [
    {
      at: new Date(Math.round(at * 1000)),
      remaining: left,
      limit,
      resetAt: reset === undefined ? undefined : new Date(reset),
    },
  ];
}
