import { accept, type Meter, type MeterEvent, type Observed, type Step } from "./meter.ts";
import { finite } from "./outlook.ts";

/**
 * A cycle begins when the stored reset has passed and the reset time moved on, whatever the use; or when use is below
 * the last value and either of the two holds. An answer whose reset time did not really move still tells of the old
 * window, however late it comes.
 */
export function isNewCycle(meter: Meter, { now, reading, tolerance, settings }: Step): boolean {
  if (meter.resetAt === undefined) return false;
  const passed = now.at >= meter.resetAt;
  const moved = now.resetAt !== undefined && now.resetAt - meter.resetAt > tolerance;
  if (passed && moved) return true;
  if (now.level >= meter.level) return false;
  if (moved) return true;
  const jitter = Math.min(settings.reset_jitter, (reading.periodSeconds ?? Infinity) / 2);
  return passed && (now.resetAt === undefined || now.resetAt - meter.resetAt > jitter);
}

export function startCycle(meter: Meter, step: Step): MeterEvent {
  const { now, reading } = step;
  const period = reading.periodSeconds;
  const isEarly = meter.resetAt !== undefined && now.at < meter.resetAt;
  meter.replaced = isEarly ? remembered(meter, step) : undefined;
  meter.unusedAtReset = missedWindows(meter, step) ? undefined : unusedShare(meter);
  if (now.limit !== undefined && meter.limit !== undefined && now.limit !== meter.limit) meter.limitChanges++;
  const opened = now.resetAt !== undefined && period !== undefined ? now.resetAt - period : meter.resetAt;
  // What was used between the last reading and the reset is unknown: neither its use nor its time counts.
  const known = Math.max(0, Math.min(now.at - meter.at, now.at - (opened ?? meter.at)));
  const used = meter.basis === "used" ? Math.max(0, now.level) : 0;
  meter.resets++;
  meter.cycleStartedAt = opened === undefined ? now.at : Math.min(now.at, Math.max(meter.at, opened));
  meter.remainingAtStart = now.limit ?? now.remaining;
  meter.resetAt = now.resetAt;
  return accept(meter, step, used, known, "reset");
}

/** A whole window of the calendar went by unread: what it left unused nobody knows. */
function missedWindows(meter: Meter, { now, reading }: Step): boolean {
  const period = reading.periodSeconds;
  if (reading.kind !== "calendar" || period === undefined) return false;
  return now.resetAt !== undefined && meter.resetAt !== undefined && now.resetAt - meter.resetAt > 1.5 * period;
}

export function unusedShare({ limit, remaining }: Meter): number | undefined {
  return limit !== undefined && limit > 0 && remaining !== undefined ? finite(remaining / limit) : undefined;
}

/** The cycle as it stands, should the one that replaces it turn out to be a lie. The first of several lies counts. */
export function remembered(meter: Meter, { now, settings }: Step): Meter["replaced"] {
  return (
    meter.replaced ?? {
      level: meter.level,
      resetAt: meter.resetAt,
      cycleStartedAt: meter.cycleStartedAt,
      remainingAtStart: meter.remainingAtStart,
      unusedAtReset: meter.unusedAtReset,
      until: now.at + settings.resume_within,
      consumedThen: meter.consumed,
    }
  );
}

/** The reset time went back. */
export const wentBack = (meter: Meter, now: Observed, tolerance: number): boolean =>
  now.resetAt !== undefined && meter.resetAt !== undefined && meter.resetAt - now.resetAt > tolerance;

/** Soon after a reset an answer may still tell of the window before it, even several in a row. */
export function isOfOldCycle(meter: Meter, { now, tolerance, settings }: Step): boolean {
  return (
    wentBack(meter, now, tolerance) &&
    (now.resetAt ?? Infinity) <= now.at &&
    now.at - (meter.cycleStartedAt ?? -Infinity) < settings.resume_within
  );
}

/** Long after its reset, with no other told, a window has no known end any more. */
export function forgetPassedReset(meter: Meter, { now, settings }: Step): void {
  if (meter.resetAt !== undefined && now.at - meter.resetAt > settings.resume_within) meter.resetAt = undefined;
}
