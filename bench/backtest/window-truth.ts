import { itemOf, quantileOf } from "./numbers.ts";
import { DAY, type Profile, WEEK, type WindowScenario } from "./scenarios.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Meter, Period, Truth } from "./simulated-quota.ts";
import type { Trace } from "./trace.ts";

interface Window extends Period {
  /** As the provider advertises it; the real start and end may be later. */
  readonly nominalStart: number;
  readonly nominalEnd: number;
  readonly limit: number;
}

type Edges = readonly [from: number, to: number];

/** A limit under this would be spent in a few steps. */
const LEAST_LIMIT = 20;
/** A block with less than this share of the typical use keeps the limit of all. */
const QUIET_SHARE = 0.05;

/** Windows that end at once: what is used in each, and when it runs out. */
export function windowTruth(
  trace: Trace,
  scenario: WindowScenario,
  options: {
    readonly multiple: number;
    readonly end: number;
    readonly profile: Profile;
    readonly random: SeededRandom;
  },
): Truth<Period> | undefined {
  const { multiple, end, profile, random } = options;
  const edges = edgesOf(trace, scenario, end);
  const demand = edges.map(([from, to]) => trace.between(from, to));
  const typical = quantileOf(
    demand.filter((units) => units > 0),
    scenario.typical,
  );
  if (typical === undefined) return undefined;
  const limits = edges.map((_, index) => {
    const base = typicalOfBlock(demand, index, scenario) ?? typical;
    const isQuiet = base <= QUIET_SHARE * typical;
    return Math.max(LEAST_LIMIT, Math.round((isQuiet ? typical : base) * multiple));
  });
  const moved = scenario.kind === "calendar" && scenario.boundaries !== "trace" && profile.resetDelay > 0;
  const real = moved ? delayed(edges, profile, scenario.windowSeconds, random) : edges;
  const windows = edges.map(([nominalStart, nominalEnd], index): Window => {
    const limit = itemOf(limits, index);
    const [start, stop] = itemOf(real, index);
    const dry = trace.timeOf(trace.until(start) + limit);
    return {
      ...{ nominalStart, nominalEnd, start, end: stop, limit },
      exhaustedAt: dry !== undefined && dry < stop ? dry : undefined,
      usedShare: trace.between(start, stop) / limit,
    };
  });
  return { periods: windows, meter: meterOf(windows, trace, scenario) };
}

function typicalOfBlock(demand: readonly number[], index: number, { block, typical }: WindowScenario) {
  if (block === undefined) return undefined;
  const first = Math.floor(index / block) * block;
  return quantileOf(demand.slice(first, first + block), typical);
}

function edgesOf(trace: Trace, scenario: WindowScenario, end: number): readonly Edges[] {
  if (scenario.boundaries === "trace")
    return [[trace.start, trace.start + Math.floor((trace.end - trace.start) / 60) * 60]];
  if (scenario.boundaries === "month") return monthsIn(trace.start, end);
  return scenario.kind === "session"
    ? sessionsIn(trace, scenario.windowSeconds, end)
    : calendarWindows(trace.start, end, scenario.windowSeconds);
}

function sessionsIn(trace: Trace, window: number, end: number): Edges[] {
  const edges: Edges[] = [];
  let opened = trace.nextDemand(trace.start);
  while (opened !== undefined && opened + window <= end) {
    edges.push([opened, opened + window]);
    opened = trace.nextDemand(opened + window);
  }
  return edges;
}

function monthsIn(start: number, end: number): Edges[] {
  const edges: Edges[] = [];
  const first = new Date(start * 1000);
  const monthAt = (index: number) => Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + index, 1) / 1000;
  for (let month = 0; monthAt(month + 1) <= end; month++) {
    if (monthAt(month) >= start) edges.push([monthAt(month), monthAt(month + 1)]);
  }
  return edges;
}

/** On UTC boundaries; weeks begin on Mondays, of which 1970-01-05 was the first. */
function calendarWindows(start: number, end: number, window: number): Edges[] {
  const edges: Edges[] = [];
  const phase = window === WEEK ? 4 * DAY : 0;
  for (let from = Math.ceil((start - phase) / window) * window + phase; from + window <= end; from += window)
    edges.push([from, from + window]);
  return edges;
}

/** A meter may reset a little later than it says. The window before then lasts that much longer. */
function delayed(edges: readonly Edges[], profile: Profile, window: number, random: SeededRandom): Edges[] {
  const starts = edges.map(([from]) => from + random.range(0, Math.min(profile.resetDelay, 0.02 * window)));
  return edges.map(([, to], index) => {
    const isFollowed = edges[index + 1]?.[0] === to;
    return [itemOf(starts, index), isFollowed ? itemOf(starts, index + 1) : to];
  });
}

function meterOf(windows: readonly Window[], trace: Trace, { kind }: WindowScenario): Meter {
  let current = 0;
  return (time) => {
    while (current < windows.length && time >= itemOf(windows, current).end) current++;
    const window = windows[current];
    if (window === undefined) return undefined;
    const { limit, start, nominalStart, nominalEnd } = window;
    // Between two windows: a session tells no reset then, a calendar window the one that is late.
    if (time < start) return { limit, used: 0, resetAt: kind === "session" ? undefined : nominalStart };
    return { limit, used: Math.min(limit, trace.between(start, time)), resetAt: nominalEnd };
  };
}
