import { quantileOf } from "./numbers.ts";

/** What is counted over periods, and can be summed over quotas. */
export interface Counts {
  periods: number;
  /** Ran out too soon for anyone to warn of it: not among the periods. */
  unwinnable: number;
  truePages: number;
  missed: number;
  /** Periods that lasted but saw a page. */
  falsePages: number;
  /** Of those, the ones that ended with nearly everything used. */
  nearMisses: number;
  /** Pages in such periods. */
  falseStarts: number;
  /** Changes of mind. */
  flaps: number;
  /** With a lead four times as long. */
  early: { truePages: number; missed: number; falsePages: number };
  /** In windows. */
  leads: number[];
  /** In windows, a quarter, a half and three quarters of the way to exhaustion. */
  errors: readonly [number[], number[], number[]];
  calls: number;
  callsRight: number;
}

export const noCounts = (): Counts => ({
  ...{ periods: 0, unwinnable: 0, truePages: 0, missed: 0, falsePages: 0, nearMisses: 0, falseStarts: 0, flaps: 0 },
  early: { truePages: 0, missed: 0, falsePages: 0 },
  leads: [],
  errors: [[], [], []],
  ...{ calls: 0, callsRight: 0 },
});

export function sumOf(list: readonly Counts[]): Counts {
  const sum = (pick: (counts: Counts) => number) => list.reduce((total, counts) => total + pick(counts), 0);
  const all = (pick: (counts: Counts) => readonly number[]) => list.flatMap(pick);
  return {
    periods: sum((c) => c.periods),
    unwinnable: sum((c) => c.unwinnable),
    truePages: sum((c) => c.truePages),
    missed: sum((c) => c.missed),
    falsePages: sum((c) => c.falsePages),
    nearMisses: sum((c) => c.nearMisses),
    falseStarts: sum((c) => c.falseStarts),
    flaps: sum((c) => c.flaps),
    early: {
      truePages: sum((c) => c.early.truePages),
      missed: sum((c) => c.early.missed),
      falsePages: sum((c) => c.early.falsePages),
    },
    leads: all((c) => c.leads),
    errors: [all((c) => c.errors[0]), all((c) => c.errors[1]), all((c) => c.errors[2])],
    calls: sum((c) => c.calls),
    callsRight: sum((c) => c.callsRight),
  };
}

/** Shares of periods unless a name says otherwise; undefined where there was nothing to count. */
export interface Figures {
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number;
  /** Pages in periods that ended with over 95 % used are forgiven. */
  readonly f1NearMissOk: number;
  readonly f1Early: number;
  readonly falsePagesPerPeriod: number | undefined;
  readonly flapsPerPeriod: number | undefined;
  readonly medianLead: number | undefined;
  readonly error25: number | undefined;
  readonly error50: number | undefined;
  readonly error75: number | undefined;
  readonly callAtHalf: number | undefined;
}

/** Figures with what they rest on. */
export interface Tally extends Figures {
  readonly periods: number;
  readonly exhausted: number;
  readonly unwinnable: number;
}

export function tallyOf(counts: Counts): Tally {
  const { truePages, missed, falsePages, periods, early } = counts;
  const recall = ratio(truePages, truePages + missed);
  const precision = ratio(truePages, truePages + falsePages);
  const forgiven = falsePages - counts.nearMisses;
  const ofEarly = 2 * early.truePages + early.falsePages + early.missed;
  return {
    ...{ periods, exhausted: truePages + missed, unwinnable: counts.unwinnable },
    ...{ precision, recall, f1: harmonic(precision, recall) },
    f1NearMissOk: harmonic(ratio(truePages, truePages + forgiven), recall),
    f1Early: ratio(2 * early.truePages, ofEarly) ?? 0,
    falsePagesPerPeriod: ratio(counts.falseStarts, periods),
    flapsPerPeriod: ratio(counts.flaps, periods),
    medianLead: quantileOf(counts.leads, 0.5),
    error25: quantileOf(counts.errors[0], 0.5),
    error50: quantileOf(counts.errors[1], 0.5),
    error75: quantileOf(counts.errors[2], 0.5),
    callAtHalf: ratio(counts.callsRight, counts.calls),
  };
}

const ratio = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);

/** Without any page there is no precision: that is worth nothing. */
const harmonic = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined || a + b === 0 ? 0 : (2 * a * b) / (a + b);
