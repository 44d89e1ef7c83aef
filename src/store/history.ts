import type { ReadOutcome } from "../quota/account.ts";
import { isGood, remainingOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import type { AccountKey, HistoryPoint } from "./store.ts";

/** A history has at most about so many points: more than a chart has columns to draw them in. */
export const MOST_POINTS = 300;

const HOUR_MS = 3_600_000;
/** What is older is not kept. */
const LONGEST_MS = 30 * 24 * HOUR_MS;
/** Windows that are looked back on. */
const WINDOWS = 2;

/** From when on the history of a quota is worth a look. */
export function historySince({ periodSeconds }: Pick<Reading, "periodSeconds">, now: Date): Date {
  const back =
    periodSeconds === undefined ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(WINDOWS * periodSeconds * 1000, HOUR_MS));
  return new Date(now.getTime() - back);
}

/** Points that a quota keeps in memory: a fifth of a megabyte for each 30 quotas. */
const RING_POINTS = 200;
/** The quotas beyond are those that were read longest ago: accounts that the config no longer has. */
const MOST_RINGS = 10_000;

/** A history that is lost with the process: as far back as a chart looks, its points evenly spread. */
export function createHistoryRings() {
  const rings = new Map<string, HistoryPoint[]>();
  const add = (name: string, point: HistoryPoint, since: Date) => {
    const ring = rings.get(name) ?? [];
    while (ring[0] !== undefined && ring[0].at < since) ring.shift();
    ring.push(point);
    if (ring.length > RING_POINTS) thinWhereDensest(ring);
    // The ring that was written last comes last.
    rings.delete(name);
    rings.set(name, ring);
    const [oldest] = rings.keys();
    if (rings.size > MOST_RINGS && oldest !== undefined) rings.delete(oldest);
  };
  return {
    append(key: AccountKey, outcome: ReadOutcome): void {
      for (const reading of outcome.ok ? outcome.answer.readings : []) {
        const remaining = remainingOf(reading);
        if (!isGood(reading) || remaining === undefined) continue;
        const { limit, resetAt } = reading;
        add(
          ringOf(key, reading.quota),
          { at: outcome.at, remaining, limit, resetAt },
          historySince(reading, outcome.at),
        );
      }
    },
    history(key: AccountKey, quota: string, since: Date): readonly HistoryPoint[] {
      return (rings.get(ringOf(key, quota)) ?? []).filter(({ at }) => at >= since);
    },
  };
}

const ringOf = ({ provider, account }: AccountKey, quota: string) => JSON.stringify([provider, account, quota]);

/** The point goes whose neighbours are nearest to each other: a chart would take any wider gap for readings that failed. */
function thinWhereDensest(ring: HistoryPoint[]): void {
  const at = (index: number) => ring[index]?.at.getTime() ?? 0;
  let densest = 1;
  for (let index = 2; index < ring.length - 1; index++) {
    if (at(index + 1) - at(index - 1) < at(densest + 1) - at(densest - 1)) densest = index;
  }
  ring.splice(densest, 1);
}
