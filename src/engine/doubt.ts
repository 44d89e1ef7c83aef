import { remembered, unusedShare, wentBack } from "./cycle.ts";
import { accept, dustOf, type Meter, type MeterEvent, recentRate, type Step } from "./meter.ts";

/** Beyond both of these a jump of use is doubted. */
const SUDDEN_SHARE = 0.1;
const EXPLAINED_FACTOR = 5;
/** A balance that rises, or a total of grants that changes, by more than this share was topped up. */
const TOPUP_SHARE = 0.01;
/** In a window a larger rise is a reset, a smaller one a correction; a limit that moves by less needs no second look. */
const CORRECTION_SHARE = 0.05;

/**
 * Use falls only by a reset or a correction, and rises by no more than recent use or a tenth of the quota explains. A
 * reset time does not go back, and a limit seldom changes.
 */
export function isPlausible(meter: Meter, { now, reading, elapsed, tolerance, settings }: Step): boolean {
  if (settings.confirm_readings <= 1) return true;
  const delta = now.level - meter.level;
  if (delta < -dustOf(meter) || wentBack(meter, now, tolerance)) return false;
  if (limitMoved(meter, now.limit, reading.kind === "credits" ? TOPUP_SHARE : CORRECTION_SHARE) !== 0) return false;
  const size = meter.limit ?? meter.remainingAtStart ?? 0;
  return delta <= Math.max(SUDDEN_SHARE * size, EXPLAINED_FACTOR * recentRate(meter) * elapsed);
}

/** 1: raised by more than the share, -1: cut by more, 0: neither, or nothing to compare with. */
function limitMoved(meter: Meter, limit: number | undefined, share: number): number {
  if (limit === undefined || meter.limit === undefined) return 0;
  const moved = limit - meter.limit;
  return Math.abs(moved) > share * Math.abs(meter.limit) ? Math.sign(moved) : 0;
}

/** Keeps an implausible reading as a candidate until enough later ones say the same. */
export function doubt(meter: Meter, step: Step): MeterEvent {
  const { now, tolerance, settings } = step;
  const earlier = meter.candidate;
  const rise = now.level < meter.level - dustOf(meter);
  const moved = limitMoved(meter, now.limit, 0);
  const agrees = earlier !== undefined && earlier.rise === rise && earlier.limitMoved === moved && now.at > earlier.at;
  const seen = agrees ? earlier.seen + 1 : 1;
  if (!agrees || seen < settings.confirm_readings) {
    meter.candidate = { at: now.at, rise, limitMoved: moved, seen };
    return "doubtful";
  }
  const isBack = wentBack(meter, now, tolerance);
  const event = rise ? believeRise(meter, step) : believeLimit(meter, step, moved);
  if (now.resetAt !== undefined && Math.abs(now.resetAt - (meter.resetAt ?? now.resetAt)) > tolerance)
    meter.resetAt = now.resetAt;
  // What is told of another cycle than the one believed so far is no use of it.
  if (isBack && !rise) return accept(meter, step, 0, 0, "correction");
  // Of a rise only the level is known: the readings that told it may yet be found stale.
  return rise
    ? accept(meter, step, 0, 0, event)
    : accept(meter, step, Math.max(0, now.level - meter.level), step.elapsed, event);
}

function believeRise(meter: Meter, step: Step): MeterEvent {
  const { now, reading } = step;
  const size = now.limit ?? meter.remainingAtStart ?? Math.abs(meter.level);
  const rise = meter.level - now.level;
  meter.replaced = remembered(meter, step);
  if (reading.kind === "credits") {
    if (rise <= TOPUP_SHARE * size) return "correction";
    return topUp(meter, step);
  }
  if (now.limit !== undefined && meter.limit !== undefined && now.limit !== meter.limit) meter.limitChanges++;
  if (rise <= CORRECTION_SHARE * size) return "correction";
  meter.unusedAtReset = unusedShare(meter);
  meter.resets++;
  meter.cycleStartedAt = now.at;
  meter.remainingAtStart = now.remaining;
  return "reset";
}

function topUp(meter: Meter, { now }: Step): MeterEvent {
  meter.topups++;
  meter.remainingAtStart = now.remaining;
  return "topup";
}

/** For credits the limit is the total of what was granted: more of it is a top-up. */
function believeLimit(meter: Meter, step: Step, moved: number): MeterEvent {
  if (moved === 0) return "use";
  if (moved > 0 && step.reading.kind === "credits") return topUp(meter, step);
  meter.limitChanges++;
  return "use";
}

/** A rise that was believed and falls back within the hour was a lie: the old cycle goes on, nothing is counted twice. */
export function resumeReplaced(meter: Meter, step: Step): MeterEvent | undefined {
  const { now, tolerance, elapsed } = step;
  const old = meter.replaced;
  if (old === undefined) return undefined;
  if (now.at > old.until) {
    meter.replaced = undefined;
    return undefined;
  }
  const isSameWindow =
    now.resetAt === undefined || old.resetAt === undefined || Math.abs(now.resetAt - old.resetAt) <= tolerance;
  if (now.level < old.level - dustOf(meter) || !isSameWindow) return undefined;
  const countedSince = meter.consumed - old.consumedThen;
  meter.resetAt = old.resetAt;
  meter.cycleStartedAt = old.cycleStartedAt;
  meter.remainingAtStart = old.remainingAtStart;
  meter.unusedAtReset = old.unusedAtReset;
  meter.replaced = undefined;
  return accept(meter, step, Math.max(0, now.level - old.level - countedSince), elapsed, "resumed");
}
