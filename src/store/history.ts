import type { ReadOutcome } from "../quota/account.ts";
import { isGood, remainingOf } from "../quota/amounts.ts";
import type { AccountKey, HistoryPoint } from "./store.ts";

/** A history has at most about so many points: more than a chart has columns to draw them in. */
export const MOST_POINTS = 300;

/** Points that a quota keeps in memory: a fifth of a megabyte for each 30 quotas. */
const RING_POINTS = 200;
/** The quotas beyond are those that were read longest ago: accounts that the config no longer has. */
const MOST_RINGS = 10_000;

/** A history that is lost with the process: the older a time, the fewer of its points are left. */
export function createHistoryRings() {
  const rings = new Map<string, HistoryPoint[]>();
  const add = (name: string, point: HistoryPoint) => {
    const ring = rings.get(name) ?? [];
    ring.push(point);
    if (ring.length > RING_POINTS) thinOlderHalf(ring);
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
        add(ringOf(key, reading.quota), { at: outcome.at, remaining, limit: reading.limit, resetAt: reading.resetAt });
      }
    },
    history(key: AccountKey, quota: string, since: Date): readonly HistoryPoint[] {
      return (rings.get(ringOf(key, quota)) ?? []).filter(({ at }) => at >= since);
    },
  };
}

const ringOf = ({ provider, account }: AccountKey, quota: string) => JSON.stringify([provider, account, quota]);

/** Every second point of the older half goes, so that the whole time since the start stays in view. */
function thinOlderHalf(ring: HistoryPoint[]): void {
  const half = Math.floor(ring.length / 2);
  const older = ring.slice(0, half).filter((_point, index) => index % 2 === 0);
  ring.splice(0, half, ...older);
}
