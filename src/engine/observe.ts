import type { Reading } from "../quota/reading.ts";
import { forgetPassedReset, isNewCycle, isOfOldCycle, startCycle } from "./cycle.ts";
import { doubt, isPlausible, resumeReplaced } from "./doubt.ts";
import { accept, type Meter, type MeterEvent, observed, type Step } from "./meter.ts";
import { forgetAfter } from "./series.ts";
import type { EngineSettings } from "./settings.ts";

/** Takes one good reading into the meter and says what it was. `span` is the history to keep, in seconds. */
export function observe(meter: Meter, reading: Reading, span: number, settings: EngineSettings): MeterEvent {
  const now = observed(reading);
  if (now === undefined) return "doubtful";
  // A doubted reading needs a later one: the same instant told again confirms nothing.
  if (now.at === meter.candidate?.at) return "repeated";
  if (now.at === meter.at && now.level === meter.level && now.limit === meter.limit) return "repeated";
  const elapsed = secondsSince(meter, now.at);
  const tolerance = toleranceOf(reading.periodSeconds, settings);
  const event = believe(meter, { now, reading, elapsed, tolerance, span, settings });
  const isTimeless = isBehindItself(meter, now.at, settings);
  return isTimeless && (event === "use" || event === "correction") ? "doubtful" : event;
}

function believe(meter: Meter, step: Step): MeterEvent {
  const { now, reading, elapsed, tolerance } = step;
  // The provider began or ceased to tell the limit, or to tell what we had counted: the two levels cannot be compared, a
  // new segment starts.
  if (now.basis !== meter.basis || now.counted !== meter.counted) return accept(meter, step, 0, 0, "correction");
  if (isGradual(reading)) return observeGradual(meter, step);
  if (isOfOldCycle(meter, step)) return "stale";
  if (isNewCycle(meter, step)) return startCycle(meter, step);
  forgetPassedReset(meter, step);
  const resumed = resumeReplaced(meter, step);
  if (resumed !== undefined) return resumed;
  if (!isPlausible(meter, step)) return doubt(meter, step);
  if (now.limit !== undefined && meter.limit !== undefined && now.limit !== meter.limit) meter.limitChanges++;
  if (now.resetAt !== undefined && now.resetAt - (meter.resetAt ?? Infinity) > tolerance) meter.resetAt = now.resetAt;
  return accept(meter, step, Math.max(0, now.level - meter.level), elapsed, "use");
}

/** More than half of a very short period would swallow its resets. */
function toleranceOf(period: number | undefined, settings: EngineSettings): number {
  if (period === undefined) return settings.reset_jitter;
  return Math.min(Math.max(settings.reset_jitter, settings.reset_jitter_share * period), period / 2);
}

/** Use leaves it by itself, piece by piece or too fast to follow: it has no cycles to tell apart. */
const isGradual = ({ kind, sliding, refillPerSecond }: Reading) =>
  sliding === true || refillPerSecond !== undefined || kind === "rate_limit";

/** What must leave at once to be doubted, as a share of the quota. */
const SUDDEN_LOSS = 0.5;

function observeGradual(meter: Meter, step: Step): MeterEvent {
  const { now, reading, elapsed, settings } = step;
  const refilled = (reading.refillPerSecond ?? 0) * elapsed;
  const rest = Math.max(Math.min(meter.level, 0), meter.level - refilled);
  const size = meter.limit ?? meter.remainingAtStart ?? Infinity;
  const isSudden = reading.kind !== "rate_limit" && rest - now.level > SUDDEN_LOSS * size;
  const earlier = meter.candidate;
  if (isSudden && settings.confirm_readings > 1 && (earlier === undefined || now.at <= earlier.at)) {
    meter.candidate = { at: now.at, rise: true, limitMoved: 0, seen: 1 };
    return "doubtful";
  }
  if (now.limit !== undefined && meter.limit !== undefined && now.limit !== meter.limit) meter.limitChanges++;
  meter.resetAt = now.resetAt;
  return accept(meter, step, Math.max(0, now.level - rest), elapsed, "use");
}

/**
 * Seconds since the last believed reading. A clock that was set back does not tell: the usual time between two readings
 * stands in, and what was measured by the time that is gone leaves the rates.
 */
function secondsSince(meter: Meter, at: number): number {
  if (at >= meter.at) return at - meter.at;
  meter.clockWasAt = Math.max(meter.clockWasAt ?? meter.at, meter.at);
  forgetAfter(meter.series, at, meter.consumed, meter.active);
  meter.at = at;
  meter.candidate = undefined;
  meter.replaced = undefined;
  return meter.cadence ?? 0;
}

/**
 * Until a clock that was set back is where it was before, the time left to the reset means nothing. One that was set
 * back by more than an hour had been wrong, and is right now.
 */
function isBehindItself(meter: Meter, at: number, settings: EngineSettings): boolean {
  if (meter.clockWasAt === undefined) return false;
  if (at < meter.clockWasAt && meter.clockWasAt - at <= settings.resume_within) return true;
  meter.clockWasAt = undefined;
  return false;
}
