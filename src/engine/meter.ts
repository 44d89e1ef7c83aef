import { remainingOf, usedOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import { addPoint, emptySeries, forgetAfter, lastSpan, type Series } from "./series.ts";
import type { EngineSettings } from "./settings.ts";

/**
 * What consumption is known to be from readings that jump, lag, jitter and lie now and then. The level is what rises
 * with use: `used` where the provider tells enough to know it, else minus `remaining` (a balance). Times in seconds.
 */
export interface Meter {
  basis: "used" | "remaining";
  level: number;
  at: number;
  limit: number | undefined;
  remaining: number | undefined;
  /** What was left at the believed reading before the last. */
  previousRemaining: number | undefined;
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
  active: number;
  series: Series;
  /** An implausible jump that waits for a second reading. */
  candidate: Candidate | undefined;
  /** What a rise without a reset replaced: it comes back if the rise falls back soon. */
  replaced: Replaced | undefined;
  resets: number;
  topups: number;
  limitChanges: number;
  unusedAtReset: number | undefined;
}

interface Candidate {
  readonly level: number;
  readonly at: number;
  readonly rise: boolean;
  readonly seen: number;
}

interface Replaced {
  readonly level: number;
  readonly resetAt: number | undefined;
  readonly cycleStartedAt: number | undefined;
  readonly remainingAtStart: number | undefined;
  readonly until: number;
  readonly consumedThen: number;
}

/** `doubtful`: waits for a second reading, or belongs to a cycle that is over; nothing was believed. */
export type MeterEvent = "first" | "use" | "reset" | "topup" | "correction" | "repeated" | "doubtful";

interface Observed {
  readonly at: number;
  readonly basis: Meter["basis"];
  readonly level: number;
  readonly remaining: number | undefined;
  readonly limit: number | undefined;
  readonly resetAt: number | undefined;
}

const secondsOf = (date: Date) => date.getTime() / 1000;

function observed(reading: Reading): Observed | undefined {
  const remaining = remainingOf(reading);
  const used = usedOf(reading);
  if (used === undefined && remaining === undefined) return undefined;
  return {
    at: secondsOf(reading.readAt),
    basis: used === undefined ? "remaining" : "used",
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
    basis: now.basis,
    level: now.level,
    at: now.at,
    limit: now.limit,
    remaining: now.remaining,
    previousRemaining: undefined,
    resetAt: now.resetAt,
    cycleStartedAt: undefined,
    remainingAtStart: now.remaining,
    step: undefined,
    cadence: undefined,
    readings: 1,
    consumed: 0,
    active: 0,
    series: emptySeries(),
    candidate: undefined,
    replaced: undefined,
    resets: 0,
    topups: 0,
    limitChanges: 0,
    unusedAtReset: undefined,
  };
  addPoint(meter.series, now.at, 0, 0, span);
  return meter;
}

/** Takes one good reading into the meter and says what it was. `span` is the history to keep, in seconds. */
export function observe(meter: Meter, reading: Reading, span: number, settings: EngineSettings): MeterEvent {
  const now = observed(reading);
  if (now === undefined) return "doubtful";
  if (now.at < meter.at) rewind(meter, now.at);
  else if (now.at === meter.at && now.level === meter.level) return "repeated";

  const elapsed = now.at - meter.at;
  // The provider began or ceased to tell the limit: the two levels cannot be compared, a new segment starts.
  if (now.basis !== meter.basis) return accept(meter, now, 0, 0, span, "correction");

  const period = reading.periodSeconds;
  const tolerance = Math.max(settings.reset_jitter, settings.reset_jitter_share * (period ?? 0));
  if (isNewCycle(meter, now, tolerance, period, settings)) return startCycle(meter, now, period, span);

  const limitChanged = now.limit !== undefined && meter.limit !== undefined && now.limit !== meter.limit;
  const delta = now.level - meter.level;
  const back = resumeReplaced(meter, now, tolerance, elapsed, span);
  if (back !== undefined) return back;
  if (reading.sliding === true || reading.refillPerSecond !== undefined) {
    const refilled = (reading.refillPerSecond ?? 0) * elapsed;
    const rest = Math.max(Math.min(meter.level, 0), meter.level - refilled);
    return accept(meter, now, Math.max(0, now.level - rest), elapsed, span, "use");
  }
  const change: Change = { span, tolerance, limitChanged };
  if (!isPlausible(meter, now, delta, elapsed, tolerance, settings))
    return doubt(meter, now, reading, change, settings);
  if (limitChanged) meter.limitChanges++;
  if (now.resetAt !== undefined && now.resetAt - (meter.resetAt ?? Infinity) > tolerance) meter.resetAt = now.resetAt;
  return accept(meter, now, Math.max(0, delta), elapsed, span, "use");
}

interface Change {
  readonly span: number;
  readonly tolerance: number;
  readonly limitChanged: boolean;
}

/**
 * A cycle begins when the stored reset has passed and the reset time moved on, whatever the use; or when use is below
 * the last value and either of the two holds. An answer whose reset time did not really move still tells of the old
 * window, however late it comes.
 */
function isNewCycle(
  meter: Meter,
  now: Observed,
  tolerance: number,
  period: number | undefined,
  settings: EngineSettings,
): boolean {
  if (meter.resetAt === undefined) return false;
  const passed = now.at >= meter.resetAt;
  const moved = now.resetAt !== undefined && now.resetAt - meter.resetAt > tolerance;
  if (passed && moved) return true;
  if (now.level >= meter.level) return false;
  if (moved) return true;
  const jitter = Math.min(settings.reset_jitter, (period ?? Infinity) / 2);
  return passed && (now.resetAt === undefined || now.resetAt - meter.resetAt > jitter);
}

function startCycle(meter: Meter, now: Observed, period: number | undefined, span: number): MeterEvent {
  if (meter.limit !== undefined && meter.limit > 0 && meter.remaining !== undefined)
    meter.unusedAtReset = meter.remaining / meter.limit;
  if (now.limit !== undefined && meter.limit !== undefined && now.limit !== meter.limit) meter.limitChanges++;
  const opened = now.resetAt !== undefined && period !== undefined ? now.resetAt - period : meter.resetAt;
  // What was used between the last reading and the reset is unknown: neither its use nor its time counts.
  const known = Math.max(0, Math.min(now.at - meter.at, now.at - (opened ?? meter.at)));
  const used = meter.basis === "used" ? Math.max(0, now.level) : 0;
  meter.resets++;
  meter.cycleStartedAt = opened === undefined ? now.at : Math.min(now.at, Math.max(meter.at, opened));
  meter.remainingAtStart = now.limit ?? now.remaining;
  meter.resetAt = now.resetAt;
  meter.replaced = undefined;
  accept(meter, now, used, known, span, "reset");
  return "reset";
}

/** Use falls only by a reset or a correction, and rises by no more than recent use or a tenth of the quota explains. */
function isPlausible(
  meter: Meter,
  now: Observed,
  delta: number,
  elapsed: number,
  tolerance: number,
  settings: EngineSettings,
): boolean {
  if (settings.confirm_readings <= 1) return true;
  const wentBack = now.resetAt !== undefined && meter.resetAt !== undefined && meter.resetAt - now.resetAt > tolerance;
  if (delta < 0 || wentBack) return false;
  if (meter.readings < settings.min_readings) return true;
  const size = meter.limit ?? meter.remainingAtStart ?? 0;
  return delta <= Math.max(SUDDEN_SHARE * size, EXPLAINED_FACTOR * recentRate(meter) * elapsed);
}

/** A jump of use beyond both is doubted until a second reading agrees. */
const SUDDEN_SHARE = 0.1;
const EXPLAINED_FACTOR = 5;

/** The highest rate seen over the last few readings, in units per second; 0 without evidence. */
export function recentRate(meter: Meter): number {
  const span = lastSpan(meter.series, 10 * (meter.cadence ?? 0));
  return span !== undefined && span.active > 0 ? span.consumed / span.active : 0;
}

/** Keeps an implausible reading as a candidate until enough later ones agree with it. */
function doubt(meter: Meter, now: Observed, reading: Reading, change: Change, settings: EngineSettings): MeterEvent {
  const earlier = meter.candidate;
  const rise = now.level < meter.level;
  const agrees = earlier !== undefined && earlier.rise === rise && now.at > earlier.at && now.level >= earlier.level;
  if (!agrees) {
    meter.candidate = { level: now.level, at: now.at, rise, seen: 1 };
    return "doubtful";
  }
  if (earlier.seen + 1 < settings.confirm_readings) {
    meter.candidate = { ...earlier, seen: earlier.seen + 1 };
    return "doubtful";
  }
  if (change.limitChanged) meter.limitChanges++;
  const event = rise ? believeRise(meter, now, reading, settings) : "use";
  if (now.resetAt !== undefined && Math.abs(now.resetAt - (meter.resetAt ?? now.resetAt)) > change.tolerance)
    meter.resetAt = now.resetAt;
  const consumed = now.level - (rise ? earlier.level : meter.level);
  return accept(meter, now, Math.max(0, consumed), rise ? 0 : now.at - meter.at, change.span, event);
}

function believeRise(meter: Meter, now: Observed, reading: Reading, settings: EngineSettings): MeterEvent {
  const size = now.limit ?? meter.remainingAtStart ?? Math.abs(meter.level);
  const rise = meter.level - now.level;
  const event = classifyRise(reading, rise, size);
  if (event !== "topup") {
    meter.replaced = {
      level: meter.level,
      resetAt: meter.resetAt,
      cycleStartedAt: meter.cycleStartedAt,
      remainingAtStart: meter.remainingAtStart,
      until: now.at + settings.resume_within,
      consumedThen: meter.consumed,
    };
  }
  if (event === "topup") meter.topups++;
  if (event === "reset") {
    if (meter.limit !== undefined && meter.limit > 0 && meter.remaining !== undefined)
      meter.unusedAtReset = meter.remaining / meter.limit;
    meter.resets++;
    meter.cycleStartedAt = now.at;
  }
  if (event !== "correction") meter.remainingAtStart = now.remaining;
  return event;
}

/** A balance that rises noticeably was topped up. In a window a large rise is a reset, a small one a correction. */
function classifyRise(reading: Reading, rise: number, size: number): "topup" | "reset" | "correction" {
  if (reading.kind === "credits") return rise > TOPUP_SHARE * size ? "topup" : "correction";
  return rise > CORRECTION_SHARE * size ? "reset" : "correction";
}

const TOPUP_SHARE = 0.01;
const CORRECTION_SHARE = 0.05;

/** A rise that was believed and falls back within the hour was a lie: the old cycle goes on, nothing is counted twice. */
function resumeReplaced(
  meter: Meter,
  now: Observed,
  tolerance: number,
  elapsed: number,
  span: number,
): MeterEvent | undefined {
  const old = meter.replaced;
  if (old === undefined) return undefined;
  if (now.at > old.until) {
    meter.replaced = undefined;
    return undefined;
  }
  const sameWindow =
    now.resetAt === undefined || old.resetAt === undefined || Math.abs(now.resetAt - old.resetAt) <= tolerance;
  if (now.level < old.level || !sameWindow) return undefined;
  const countedSince = meter.consumed - old.consumedThen;
  meter.resetAt = old.resetAt;
  meter.cycleStartedAt = old.cycleStartedAt;
  meter.remainingAtStart = old.remainingAtStart;
  meter.replaced = undefined;
  return accept(meter, now, Math.max(0, now.level - old.level - countedSince), elapsed, span, "correction");
}

function accept(
  meter: Meter,
  now: Observed,
  consumed: number,
  active: number,
  span: number,
  event: MeterEvent,
): MeterEvent {
  const elapsed = now.at - meter.at;
  const wasEmpty = meter.remaining !== undefined && meter.remaining <= 0;
  const step = Math.abs(now.level - meter.level);
  if (event === "use" && step > 0) meter.step = Math.min(meter.step ?? Infinity, step);
  if (elapsed > 0)
    meter.cadence = meter.cadence === undefined ? elapsed : meter.cadence + (elapsed - meter.cadence) / 8;
  meter.consumed += consumed;
  if (!wasEmpty || event === "reset" || event === "topup") meter.active += Math.max(0, active);
  meter.basis = now.basis;
  meter.level = now.level;
  meter.at = now.at;
  meter.limit = now.limit;
  meter.previousRemaining = meter.remaining;
  meter.remaining = now.remaining;
  meter.resetAt ??= now.resetAt;
  meter.candidate = undefined;
  meter.readings++;
  addPoint(meter.series, now.at, meter.consumed, meter.active, span);
  return event;
}

/** The clock went back: what lies ahead of it never happened, as far as rates are concerned. */
function rewind(meter: Meter, at: number): void {
  forgetAfter(meter.series, at);
  meter.at = at;
  meter.candidate = undefined;
  meter.replaced = undefined;
}
