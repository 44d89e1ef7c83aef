import { itemOf, quantileOf } from "./numbers.ts";
import { MINUTE, type SlidingScenario } from "./scenarios.ts";
import type { Meter, Period, Truth } from "./simulated-quota.ts";
import type { Trace } from "./trace.ts";

const STEP = MINUTE;
const LEAST_LIMIT = 20;
/** How often typical use is looked at, in steps. */
const TYPICAL_EVERY = 15;

interface Episode {
  readonly exhaustedAt: number;
  end: number;
}

/** What one window took in, minute by minute, if use leaves it exactly one window after it came. */
export function slidingTruth(
  trace: Trace,
  scenario: SlidingScenario,
  { multiple, end }: { readonly multiple: number; readonly end: number },
): Truth<Period> | undefined {
  const steps = Math.floor((end - trace.start) / STEP);
  const windowSteps = scenario.windowSeconds / STEP;
  const timeOf = (step: number) => trace.start + step * STEP;
  const sums: number[] = [];
  for (let step = windowSteps; step < steps; step += TYPICAL_EVERY)
    sums.push(trace.between(timeOf(step - windowSteps), timeOf(step)));
  const typical = quantileOf(
    sums.filter((sum) => sum > 0),
    scenario.typical,
  );
  if (typical === undefined) return undefined;
  const limit = Math.max(LEAST_LIMIT, Math.round(typical * multiple));
  const demand = Float64Array.from({ length: steps }, (_, step) => trace.between(timeOf(step), timeOf(step + 1)));
  const { used, episodes } = admit(demand, { limit, windowSteps, start: trace.start });
  const periods = [
    ...exhaustedPeriods(episodes, trace.start, scenario),
    ...quietPeriods(episodes, trace.start, end, scenario),
  ];
  return { periods: periods.toSorted((a, b) => a.start - b.start), meter: meterOf(used, limit, trace.start) };
}

/** What does not fit is refused. Refusals that are less than a fifth of a window apart are one episode. */
function admit(
  demand: Float64Array,
  { limit, windowSteps, start }: { readonly limit: number; readonly windowSteps: number; readonly start: number },
): { readonly used: Float64Array; readonly episodes: readonly Episode[] } {
  const admitted = new Float64Array(demand.length);
  const usedAfter = new Float64Array(demand.length);
  const episodes: Episode[] = [];
  let used = 0;
  for (const [step, wanted] of demand.entries()) {
    used = Math.max(0, used - (admitted[step - windowSteps] ?? 0));
    const free = Math.max(0, limit - used);
    const isRefused = wanted > free + 1e-9;
    const taken = isRefused ? free : wanted;
    admitted[step] = taken;
    used += taken;
    usedAfter[step] = used;
    if (!isRefused) continue;
    const time = start + step * STEP;
    const last = episodes.at(-1);
    if (last !== undefined && time - last.end <= 0.2 * (windowSteps * STEP)) last.end = time + STEP;
    else episodes.push({ exhaustedAt: time + STEP * (free / wanted), end: time + STEP });
  }
  return { used: usedAfter, episodes };
}

function exhaustedPeriods(episodes: readonly Episode[], start: number, { windowSeconds }: SlidingScenario): Period[] {
  return episodes.map(({ exhaustedAt, end }, index) => ({
    start: Math.max(episodes[index - 1]?.end ?? start, exhaustedAt - windowSeconds),
    ...{ end, exhaustedAt, usedShare: 1 },
  }));
}

/** What lies between the episodes, cut into windows. It begins later: a window only empties as old use leaves it. */
function quietPeriods(
  episodes: readonly Episode[],
  start: number,
  end: number,
  { windowSeconds }: SlidingScenario,
): Period[] {
  const quiet: Period[] = [];
  let from = start + windowSeconds;
  for (const episode of [...episodes, { exhaustedAt: end, end }]) {
    for (; from + windowSeconds <= episode.exhaustedAt - windowSeconds; from += windowSeconds)
      quiet.push({ start: from, end: from + windowSeconds, exhaustedAt: undefined, usedShare: 0 });
    from = Math.max(from, episode.end + 0.5 * windowSeconds);
  }
  return quiet;
}

const meterOf =
  (used: Float64Array, limit: number, start: number): Meter =>
  (time) => {
    const step = Math.min(Math.floor((time - start) / STEP) - 1, used.length - 1);
    return { limit, used: step < 0 ? 0 : Math.min(limit, itemOf(used, step)), resetAt: undefined };
  };
