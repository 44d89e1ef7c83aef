import { type Counts, type Figures, sumOf, type Tally, tallyOf } from "./counts.ts";
import type { Run } from "./forecaster.ts";
import { itemOf } from "./numbers.ts";
import { scoreOf } from "./score.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import type { SimulatedQuota } from "./simulated-quota.ts";

/** How often traces are drawn anew for the interval, and the seed of the draw. */
const DRAWS = 200;
const DRAW_SEED = "bootstrap";

/** Everything about one forecaster. */
export interface Result {
  /** The mean over the groups of scenarios: the headline. */
  readonly mean: Figures;
  /** 95 % of the draws of traces, with replacement, have their F1 in here. */
  readonly f1Interval: readonly [low: number, high: number] | undefined;
  readonly total: Tally;
  readonly byGroup: ReadonlyMap<string, Tally>;
  readonly byScenario: ReadonlyMap<string, Tally>;
  /** Of LLM clients, services, web traffic and streams of events. */
  readonly byFamily: ReadonlyMap<string, Tally>;
  readonly cpuSecondsPerMillion: number | undefined;
}

interface Scored {
  readonly quota: SimulatedQuota;
  readonly counts: Counts;
}

export function resultOf(quotas: readonly SimulatedQuota[], { verdicts, samples, cpuSeconds }: Run): Result {
  const scored = quotas.map((quota, index) => ({ quota, counts: scoreOf(quota, itemOf(verdicts, index)) }));
  const byGroup = tallyBy(scored, "group");
  return {
    mean: meanOf([...byGroup.values()]),
    f1Interval: intervalOf(scored),
    total: tallyOf(sumOf(scored.map(({ counts }) => counts))),
    byGroup,
    byScenario: tallyBy(scored, "scenario"),
    byFamily: tallyBy(scored, "family"),
    cpuSecondsPerMillion: cpuSeconds === undefined ? undefined : (cpuSeconds / samples) * 1e6,
  };
}

/** By a property of the quota, in the order in which its values come. */
function tallyBy(scored: readonly Scored[], key: "group" | "scenario" | "family"): ReadonlyMap<string, Tally> {
  const lists = Map.groupBy(scored, ({ quota }) => quota[key]);
  return new Map(Array.from(lists, ([value, list]) => [value, tallyOf(sumOf(list.map(({ counts }) => counts)))]));
}

function meanOf(groups: readonly Figures[]): Figures {
  const known = (key: keyof Figures) => groups.map((figures) => figures[key]).filter((value) => value !== undefined);
  const mean = (key: keyof Figures) => (known(key).length === 0 ? undefined : meanOfAll(known(key)));
  const sure = (key: "f1" | "f1NearMissOk" | "f1Early") => meanOfAll(known(key));
  return {
    ...{ f1: sure("f1"), f1NearMissOk: sure("f1NearMissOk"), f1Early: sure("f1Early") },
    ...{ precision: mean("precision"), recall: mean("recall"), medianLead: mean("medianLead") },
    ...{ falsePagesPerPeriod: mean("falsePagesPerPeriod"), flapsPerPeriod: mean("flapsPerPeriod") },
    ...{ error25: mean("error25"), error50: mean("error50"), error75: mean("error75"), callAtHalf: mean("callAtHalf") },
  };
}

const meanOfAll = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Whole traces are drawn, not quotas: those of one trace have good and bad days together. */
function intervalOf(scored: readonly Scored[]): readonly [number, number] | undefined {
  const traces = [...new Set(scored.map(({ quota }) => quota.trace))];
  const random = seededRandom(DRAW_SEED);
  const draws: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const f1 = f1OfDraw(scored, drawFrom(traces, random));
    if (f1 !== undefined) draws.push(f1);
  }
  const sorted = Float64Array.from(draws).sort();
  const low = sorted[Math.floor(0.025 * sorted.length)];
  const high = sorted[Math.floor(0.975 * sorted.length)];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** How often each trace was drawn. */
function drawFrom(traces: readonly string[], random: SeededRandom): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (let count = 0; count < traces.length; count++) {
    const trace = itemOf(traces, Math.floor(random.next() * traces.length));
    times.set(trace, (times.get(trace) ?? 0) + 1);
  }
  return times;
}

function f1OfDraw(scored: readonly Scored[], times: ReadonlyMap<string, number>): number | undefined {
  const groups = new Map<string, { truePages: number; missed: number; falsePages: number }>();
  for (const { quota, counts } of scored) {
    const weight = times.get(quota.trace);
    if (weight === undefined) continue;
    const sum = groups.get(quota.group) ?? { truePages: 0, missed: 0, falsePages: 0 };
    groups.set(quota.group, sum);
    sum.truePages += weight * counts.truePages;
    sum.missed += weight * counts.missed;
    sum.falsePages += weight * counts.falsePages;
  }
  const f1s = [...groups.values()]
    .filter(({ truePages, missed }) => truePages + missed > 0)
    .map(({ truePages, missed, falsePages }) => (2 * truePages) / (2 * truePages + falsePages + missed));
  return f1s.length === 0 ? undefined : meanOfAll(f1s);
}
