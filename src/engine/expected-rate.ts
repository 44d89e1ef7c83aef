import type { Reading } from "../quota/reading.ts";
import type { Meter } from "./meter.ts";
import { hourlyRates, useToCome, usualUse } from "./profile.ts";
import { lastSpan } from "./series.ts";
import type { EngineSettings } from "./settings.ts";

const HOUR = 3600;

/** Units per second over the last `window` seconds; undefined while readings or steps are too few to tell. */
export function rateOver(meter: Meter, window: number, settings: EngineSettings): number | undefined {
  const cadence = meter.cadence ?? window;
  const span = lastSpan(meter.series, Math.max(window, settings.min_readings * cadence));
  if (span === undefined || span.active <= 0) return undefined;
  if (Math.min(meter.readings, span.seconds / cadence + 1) < settings.min_readings - 0.5) return undefined;
  const moved = span.consumed > 0;
  if (moved && span.consumed < settings.min_quanta * (meter.step ?? 0) * (1 - 1e-9)) return undefined;
  return span.consumed / span.active;
}

export interface ExpectedRate {
  /** Units per second. */
  readonly rate: number;
  /** What it is blended of. */
  readonly parts: readonly number[];
}

/**
 * The even pace since the window opened tells the habit, the recent rate what is going on now, and the same hours of past
 * days what comes next: a blend of the three, as far as they are known. `timeLeft` in seconds.
 */
export function expectedRate(
  reading: Reading,
  meter: Meter,
  { recent, timeLeft }: { readonly recent: number | undefined; readonly timeLeft: number | undefined },
  settings: EngineSettings,
): ExpectedRate | undefined {
  if (recent === undefined) return undefined;
  const pace = paceOf(reading, meter);
  const usual = usualRate(reading, meter, timeLeft, settings);
  const parts = [recent, ...(pace === undefined ? [] : [pace]), ...(usual === undefined ? [] : [usual])];
  const blended = pace === undefined ? recent : mix(recent, pace, settings.pace_weight);
  return { rate: usual === undefined ? blended : mix(blended, usual, settings.profile_weight), parts };
}

const mix = (one: number, other: number, weightOfOther: number) => (1 - weightOfOther) * one + weightOfOther * other;

/** A pace over less of the window than this is mostly noise. */
const LEAST_ELAPSED_SHARE = 0.05;

function paceOf(reading: Reading, meter: Meter): number | undefined {
  if (meter.basis !== "used" || reading.sliding === true || meter.resetAt === undefined) return undefined;
  const period = reading.periodSeconds;
  const start = period === undefined ? meter.cycleStartedAt : meter.resetAt - period;
  if (start === undefined) return undefined;
  const elapsed = meter.at - start;
  const length = period ?? meter.resetAt - start;
  return elapsed > 0 && elapsed >= LEAST_ELAPSED_SHARE * length ? Math.max(0, meter.level) / elapsed : undefined;
}

/** The mean rate until the horizon if the hours go on as on past days, at the level of the last hours. */
function usualRate(
  reading: Reading,
  meter: Meter,
  timeLeft: number | undefined,
  settings: EngineSettings,
): number | undefined {
  if ((reading.periodSeconds ?? Infinity) < settings.profile_least_period) return undefined;
  const ahead = timeLeft ?? (reading.kind === "credits" ? settings.credits_long_window : undefined);
  const rates = hourlyRates(meter.profile, meter.at, settings);
  if (rates === undefined || ahead === undefined || ahead <= 0) return undefined;
  const level = levelOf(meter, rates, settings);
  return useToCome(rates, { level, at: meter.at, until: meter.at + ahead }, settings) / ahead;
}

/** The use of the last hours as a multiple of what they usually use; near 1 where both are small. */
function levelOf(meter: Meter, rates: readonly number[], settings: EngineSettings): number {
  const anHour = HOUR * (rates.reduce((sum, rate) => sum + rate, 0) / rates.length);
  const span = lastSpan(meter.series, settings.level_window);
  if (span === undefined || span.seconds <= 0 || anHour <= 0) return 1;
  const usual = usualUse(rates, meter.at - span.seconds, meter.at) * (span.active / span.seconds);
  return (span.consumed + anHour) / (usual + anHour);
}
