import { remainingOf, usedOf } from "../quota/amounts.ts";
import type { Reading, Unit } from "../quota/reading.ts";
import { type GrossUse, newGrossUse, takeSum } from "./gross-use.ts";
import { learnHours, newProfile, type Profile } from "./profile.ts";
import { addPoint, emptySeries, lastSpan, type Series } from "./series.ts";
import type { EngineSettings } from "./settings.ts";

/**
 * What consumption is known to be from readings that jump, lag, jitter and lie now and then. The level is what rises
 * with use: `used` where the provider tells enough to know it, else minus `remaining` (a balance). Times in seconds.
 */
export interface Meter {
  readonly unit: Unit;
  basis: "used" | "remaining";
  /** We count it ourselves, since nobody tells: not to be compared with what a provider tells. */
  counted: boolean;
  level: number;
  at: number;
  limit: number | undefined;
  remaining: number | undefined;
  /** What was left at the believed reading before the last. */
  previousRemaining: number | undefined;
  /** What the rate known before it led to expect of the last believed reading, in units. */
  expectedUse: number;
  /** Of the current cycle, as first told: jitter does not move it. */
  resetAt: number | undefined;
  /** When the current cycle was seen to begin; undefined until a reset was seen. */
  cycleStartedAt: number | undefined;
  /** What was left when the cycle, or the segment since the last top-up, began. */
  remainingAtStart: number | undefined;
  /** The smallest step seen: the resolution of what the provider tells. */
  step: number | undefined;
  /** Mean time between readings. */
  cadence: number | undefined;
  readings: number;
  consumed: number;
  /** What was consumed when this process began; undefined once it has taken a reading. */
  formerly: number | undefined;
  active: number;
  series: Series;
  profile: Profile;
  /** Of a sliding window, what will leave it and when. */
  gross: GrossUse | undefined;
  /** The furthest that the clock had come before it was set back; undefined once it is there again. */
  clockWasAt: number | undefined;
  /** An implausible jump that waits for a second reading. */
  candidate: Candidate | undefined;
  /** What a rise of what remains replaced: it comes back if the rise falls back soon. */
  replaced: Replaced | undefined;
  resets: number;
  topups: number;
  limitChanges: number;
  unusedAtReset: number | undefined;
}

interface Candidate {
  readonly at: number;
  /** Use fell, that is, what remains rose. */
  readonly rise: boolean;
  /** 1: the limit was raised, -1: cut, 0: as it was. */
  readonly limitMoved: number;
  readonly seen: number;
}

interface Replaced {
  readonly level: number;
  readonly resetAt: number | undefined;
  readonly cycleStartedAt: number | undefined;
  readonly remainingAtStart: number | undefined;
  readonly unusedAtReset: number | undefined;
  readonly until: number;
  readonly consumedThen: number;
}

/**
 * `resumed`: a rise was a lie, the cycle before it goes on. `doubtful`: waits for a second reading, or for a clock that
 * was set back. `stale`: tells of a cycle that is over. Nothing is believed of the last two.
 */
export type MeterEvent =
  | "first"
  | "use"
  | "reset"
  | "topup"
  | "correction"
  | "resumed"
  | "repeated"
  | "doubtful"
  | "stale";

export interface Observed {
  readonly at: number;
  readonly basis: Meter["basis"];
  readonly counted: boolean;
  readonly level: number;
  readonly remaining: number | undefined;
  readonly limit: number | undefined;
  readonly resetAt: number | undefined;
}

/** One reading on its way into a meter. */
export interface Step {
  readonly now: Observed;
  readonly reading: Reading;
  /** Seconds since the last believed reading. */
  readonly elapsed: number;
  /** A reset time that moves by no more than this many seconds is the same reset. */
  readonly tolerance: number;
  /** History to keep, in seconds. */
  readonly span: number;
  readonly settings: EngineSettings;
}

const secondsOf = (date: Date) => date.getTime() / 1000;

/** The reading as the meter sees it; undefined when it tells no amount. */
export function observed(reading: Reading): Observed | undefined {
  const remaining = remainingOf(reading);
  const used = usedOf(reading);
  if (used === undefined && remaining === undefined) return undefined;
  return {
    at: secondsOf(reading.readAt),
    basis: used === undefined ? "remaining" : "used",
    counted: reading.source === "count",
    level: used ?? -(remaining ?? 0),
    remaining,
    limit: reading.limit,
    resetAt: reading.resetAt === undefined ? undefined : secondsOf(reading.resetAt),
  };
}

export function newMeter(reading: Reading, span: number): Meter | undefined {
  const now = observed(reading);
  if (now === undefined) return undefined;
  const meter: Meter = {
    unit: reading.unit,
    basis: now.basis,
    counted: now.counted,
    level: now.level,
    at: now.at,
    limit: now.limit,
    remaining: now.remaining,
    previousRemaining: undefined,
    expectedUse: 0,
    resetAt: now.resetAt,
    cycleStartedAt: undefined,
    remainingAtStart: now.remaining,
    step: undefined,
    cadence: undefined,
    readings: 1,
    consumed: 0,
    formerly: undefined,
    active: 0,
    series: emptySeries(),
    profile: newProfile(now.at),
    gross: undefined,
    clockWasAt: undefined,
    candidate: undefined,
    replaced: undefined,
    resets: 0,
    topups: 0,
    limitChanges: 0,
    unusedAtReset: undefined,
  };
  addPoint(meter.series, now.at, 0, 0, span);
  meter.gross = grossOf(meter, now, reading, false);
  return meter;
}

/** One long silence among many readings moves the mean time between them by no more than one such factor. */
const MOST_CADENCE_STEP = 8;

/** Believes a reading. */
export function accept(meter: Meter, step: Step, consumed: number, active: number, event: MeterEvent): MeterEvent {
  const { now, reading, span, settings } = step;
  const elapsed = now.at - meter.at;
  const wasEmpty = meter.remaining !== undefined && meter.remaining <= 0;
  const moved = Math.abs(now.level - meter.level);
  if (event === "use" && moved > dustOf(meter)) meter.step = Math.min(meter.step ?? Infinity, moved);
  if (elapsed > 0) {
    const cadence = meter.cadence ?? elapsed;
    meter.cadence = cadence + (Math.min(elapsed, MOST_CADENCE_STEP * cadence) - cadence) / 8;
  }
  // Only of an emptied quota does anybody ask.
  meter.expectedUse = now.remaining !== undefined && now.remaining <= 0 ? recentRate(meter) * elapsed : 0;
  meter.consumed += consumed;
  // Of what is empty nothing can be used, whoever asks for it.
  const couldUse = !wasEmpty || event === "reset" || event === "topup";
  if (couldUse) meter.active += Math.max(0, active);
  if (couldUse) learnHours(meter.profile, now.at, consumed, Math.max(0, active), settings);
  meter.gross = grossOf(meter, now, reading, couldUse);
  meter.basis = now.basis;
  meter.counted = now.counted;
  meter.level = now.level;
  meter.at = now.at;
  meter.limit = now.limit;
  meter.previousRemaining = meter.remaining;
  meter.remaining = now.remaining;
  if (meter.resetAt === undefined && now.resetAt !== undefined && now.resetAt > now.at) meter.resetAt = now.resetAt;
  meter.candidate = undefined;
  meter.readings++;
  addPoint(meter.series, now.at, meter.consumed, meter.active, span);
  return event;
}

/** Goes on with what is known, or begins anew where the clock or the window is another, or a whole window went by. */
function grossOf(meter: Meter, now: Observed, reading: Reading, couldUse: boolean): GrossUse | undefined {
  const { gross } = meter;
  const period = reading.periodSeconds;
  if (reading.sliding !== true || period === undefined || now.basis !== "used") return undefined;
  const elapsed = now.at - (gross?.at ?? -Infinity);
  if (elapsed === 0) return gross;
  if (gross === undefined || gross.period !== period || elapsed < 0 || elapsed >= period)
    return newGrossUse(period, now.at, now.level);
  takeSum(gross, { at: now.at, used: now.level, before: meter.level, couldUse });
  return gross;
}

/** What a subtraction of decimal fractions may be off by. */
export const dustOf = ({ limit, level }: Meter): number => 1e-9 * Math.max(Math.abs(limit ?? 0), Math.abs(level));

/** The rate over the last few readings, in units per second; 0 without evidence. */
export function recentRate(meter: Meter): number {
  const span = lastSpan(meter.series, 10 * (meter.cadence ?? 0));
  return span !== undefined && span.active > 0 ? span.consumed / span.active : 0;
}
