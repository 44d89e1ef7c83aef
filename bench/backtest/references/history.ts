import type { Sample } from "../forecaster.ts";
import { firstIndex } from "../numbers.ts";
import { DAY } from "../scenarios.ts";

/** A rise by more than this share of the quota is a reset or a top-up. */
const REFILL_SHARE = 0.03;
/** A reset time that moves by more than this share of the period is a new one. */
const MOVED_SHARE = 0.5;
const MOST_SAMPLES = 40_000;
const DAYS_KEPT = 9;

/** What every reference is told of one quota: the samples since the last reset or top-up, without repeated ones. */
export interface History {
  readonly samples: readonly Sample[];
  /** When the first sample came, and the first since the last refill. */
  readonly firstAt: number;
  readonly startedAt: number;
  /** The most that was left since the last refill. */
  readonly top: number;
  /** The limit, or the balance after the last top-up. */
  readonly size: number;
  /** Units used by day since 1970, UTC. */
  readonly days: ReadonlyMap<number, number>;
  /** The first sample from an instant on. */
  from(time: number): number;
  /** Units used in the last `seconds`; what came back does not count. */
  usedIn(seconds: number): number;
}

/** Takes samples of one quota; `take` tells whether it was a new one. */
export interface GrowingHistory extends History {
  take(sample: Sample): boolean;
}

export function newHistory(): GrowingHistory {
  const samples: Sample[] = [];
  const days = new Map<number, number>();
  let firstAt: number | undefined;
  let startedAt = Number.NaN;
  let top = 0;
  let limit: number | null = null;

  const from = (time: number) => firstIndex(samples.length, (index) => (samples[index]?.t ?? Infinity) >= time);
  const refill = (sample: Sample) => {
    samples.length = 0;
    top = sample.remaining;
    startedAt = sample.t;
  };
  const countDay = (last: Sample, { t, remaining }: Sample) => {
    if (last.remaining <= remaining) return;
    const day = Math.floor(t / DAY);
    days.set(day, (days.get(day) ?? 0) + last.remaining - remaining);
    const [oldest] = days.keys();
    if (days.size > DAYS_KEPT && oldest !== undefined) days.delete(oldest);
  };

  return {
    samples,
    days,
    from,
    get firstAt() {
      return firstAt ?? Number.NaN;
    },
    get startedAt() {
      return startedAt;
    },
    get top() {
      return top;
    },
    get size() {
      return limit ?? top;
    },
    take(sample) {
      const last = samples.at(-1);
      if (last !== undefined && sample.t <= last.t) return false;
      if (firstAt === undefined) {
        firstAt = sample.t;
        startedAt = sample.t;
      }
      if (last !== undefined && isRefill(last, sample, { top, limit })) refill(sample);
      top = Math.max(top, sample.remaining);
      limit = sample.limit ?? limit;
      const before = samples.at(-1);
      if (before !== undefined) countDay(before, sample);
      samples.push(sample);
      if (samples.length > MOST_SAMPLES) samples.splice(0, MOST_SAMPLES / 2);
      return true;
    },
    usedIn(seconds) {
      const now = samples.at(-1)?.t ?? 0;
      const first = Math.max(1, from(now - seconds));
      let left = samples[first - 1]?.remaining ?? 0;
      let used = 0;
      for (let index = first; index < samples.length; index++) {
        const remaining = samples[index]?.remaining ?? left;
        if (remaining < left) used += left - remaining;
        left = remaining;
      }
      return used;
    },
  };
}

function isRefill(last: Sample, now: Sample, known: { readonly top: number; readonly limit: number | null }): boolean {
  if (now.sliding) return false;
  const rise = now.remaining - last.remaining;
  const size = now.limit ?? Math.max(known.top, now.remaining);
  if (rise > REFILL_SHARE * size) return true;
  if (now.limit !== null && now.limit !== known.limit) return true;
  const isPassed = last.reset_at !== null && now.t >= last.reset_at && (now.reset_at === null || now.reset_at > now.t);
  if (!isPassed) return false;
  const moved = (now.reset_at ?? 0) - (last.reset_at ?? 0);
  return rise > 0 || moved > MOVED_SHARE * (now.period_seconds ?? Infinity);
}
