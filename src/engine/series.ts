/** Points of a series that never falls, thinned as they come so that one quota costs a few kilobytes. Times in seconds. */
export interface Series {
  readonly at: number[];
  /** Units consumed until then. */
  readonly consumed: number[];
  /** Seconds until then in which something could be consumed: time spent exhausted is not idleness. */
  readonly active: number[];
}

/** How many points cover the kept span. */
const POINTS = 96;

export const emptySeries = (): Series => ({ at: [], consumed: [], active: [] });

/** Adds a point; the newest is always kept exactly, older ones at least `span / 96` apart, none older than `span`. */
export function addPoint(series: Series, at: number, consumed: number, active: number, span: number): void {
  const times = series.at;
  const before = times.at(-2);
  const last = times.at(-1);
  if (last !== undefined && before !== undefined && last - before < span / POINTS) removeLast(series);
  times.push(at);
  series.consumed.push(consumed);
  series.active.push(active);
  let expired = 0;
  // The last point beyond the span stays, so that the whole span can be measured.
  while ((times[expired + 1] ?? Infinity) <= at - span) expired++;
  if (expired > POINTS / 8) {
    times.splice(0, expired);
    series.consumed.splice(0, expired);
    series.active.splice(0, expired);
  }
}

/**
 * After the clock went back: forgets what lies in the future. What is kept is lifted to the present totals, so that
 * neither the use nor the time in between, whose length nobody knows, counts for any rate.
 */
export function forgetAfter(series: Series, at: number, consumed: number, active: number): void {
  while ((series.at.at(-1) ?? -Infinity) > at) removeLast(series);
  lift(series.consumed, consumed);
  lift(series.active, active);
}

function lift(values: number[], total: number): void {
  const by = total - (values.at(-1) ?? total);
  for (const [index, value] of values.entries()) values[index] = value + by;
}

function removeLast(series: Series): void {
  series.at.pop();
  series.consumed.pop();
  series.active.pop();
}

export interface Span {
  readonly consumed: number;
  /** Seconds in which something could be consumed. */
  readonly active: number;
  /** Seconds of the clock; shorter than asked for while history is short. */
  readonly seconds: number;
}

/** What happened in the last `seconds` before the newest point; undefined with fewer than two points. */
export function lastSpan(series: Series, seconds: number): Span | undefined {
  const end = series.at.length - 1;
  const endAt = series.at[end];
  const first = series.at[0];
  if (endAt === undefined || first === undefined || end < 1) return undefined;
  const from = Math.max(endAt - seconds, first);
  let high = firstAtOrAfter(series.at, from);
  if (high === 0) high = 1;
  const share = shareOf(series.at[high - 1] ?? from, series.at[high] ?? from, from);
  const between = (values: readonly number[]) => {
    const low = values[high - 1] ?? 0;
    return low + ((values[high] ?? low) - low) * share;
  };
  return {
    consumed: (series.consumed[end] ?? 0) - between(series.consumed),
    active: (series.active[end] ?? 0) - between(series.active),
    seconds: endAt - from,
  };
}

const shareOf = (low: number, high: number, at: number) => (high > low ? (at - low) / (high - low) : 1);

function firstAtOrAfter(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) >= at) high = middle;
    else low = middle + 1;
  }
  return low;
}
