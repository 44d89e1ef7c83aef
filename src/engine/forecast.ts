import type { Reading } from "../quota/reading.ts";
import type { Meter } from "./meter.ts";
import { lastSpan } from "./series.ts";
import type { EngineSettings } from "./settings.ts";
import type { Forecast, Rate } from "./snapshot.ts";

export interface Windows {
  readonly short: number;
  readonly long: number;
}

/** The two windows of a quota in seconds, scaled to its own period. */
export function windowsOf(reading: Reading, settings: EngineSettings): Windows {
  const period = reading.periodSeconds;
  if (period === undefined) return { short: settings.credits_short_window, long: settings.credits_long_window };
  const short = Math.max(settings.short_share * period, Math.min(settings.min_short_window, period / 4));
  return { short, long: Math.max(settings.long_share * period, short) };
}

/** Units per second over the last `window` seconds; undefined while readings or steps are too few to tell. */
function rateOver(meter: Meter, window: number, settings: EngineSettings): number | undefined {
  const cadence = meter.cadence ?? window;
  const span = lastSpan(meter.series, Math.max(window, settings.min_readings * cadence));
  if (span === undefined || span.active <= 0) return undefined;
  if (Math.min(meter.readings, span.seconds / cadence + 1) < settings.min_readings - 0.5) return undefined;
  const moved = span.consumed > 0;
  if (moved && span.consumed < settings.min_quanta * (meter.step ?? 0) * (1 - 1e-9)) return undefined;
  return span.consumed / span.active;
}

/**
 * The moment that ends the worry about this quota, in seconds: its reset, its expiry, or one window from now for a
 * sliding one without either. Undefined where nothing ends it, or nothing is known to.
 */
function horizonOf(reading: Reading, meter: Meter): number | undefined {
  const expiry = reading.expiresAt === undefined ? undefined : reading.expiresAt.getTime() / 1000;
  const reset = meter.resetAt ?? expiry;
  if (reset !== undefined) return reset;
  return reading.sliding === true && reading.periodSeconds !== undefined ? meter.at + reading.periodSeconds : undefined;
}

export interface Outlook {
  readonly short: Rate;
  readonly long: Rate;
  readonly forecast: Forecast | undefined;
  /** Forecast rate × time left ÷ remaining. */
  readonly burn: number | undefined;
  /** What is going on now, as a burn rate, by the use of this cycle alone; undefined while nothing tells. */
  readonly measured: number | undefined;
  /** Seconds from the reading until nothing is left. */
  readonly runway: number | undefined;
  /** Seconds from the reading until the horizon. */
  readonly timeLeft: number | undefined;
}

/** Everything that follows from the meter at the time of its last reading. */
export function outlook(reading: Reading, meter: Meter, settings: EngineSettings): Outlook {
  const windows = windowsOf(reading, settings);
  const isBucket = reading.kind === "rate_limit" || reading.unlimited === true;
  const sinceReset = meter.at - (meter.cycleStartedAt ?? -Infinity);
  // The use that a reset has ended says nothing about what came after it.
  const isTooSoon = isBucket || sinceReset < (settings.min_readings - 1) * (meter.cadence ?? 0);
  const short = isTooSoon ? undefined : rateOver(meter, Math.min(windows.short, sinceReset), settings);
  const long = isBucket ? undefined : rateOver(meter, windows.long, settings);
  const horizon = horizonOf(reading, meter);
  const timeLeft = horizon === undefined ? undefined : Math.max(0, horizon - meter.at);
  const remaining = meter.remaining;
  const burnAt = (rate: number | undefined) =>
    rate === undefined || timeLeft === undefined || remaining === undefined || remaining <= 0
      ? undefined
      : finite((rate * timeLeft) / remaining);
  const rates = { short: toRate(windows.short, short, burnAt), long: toRate(windows.long, long, burnAt) };
  const measured = measuredBurn(rates, sinceReset);

  const expected = isBucket ? undefined : expectedRate(reading, meter, long ?? short, settings);
  const canForecast = expected !== undefined && remaining !== undefined && remaining > 0;
  if (!canForecast || (timeLeft === undefined && reading.kind !== "credits"))
    return { ...rates, measured, forecast: undefined, burn: undefined, runway: undefined, timeLeft };

  const burn = burnAt(expected.rate);
  const runway = finite(remaining / expected.rate);
  const spread = spreadOf(expected.parts.concat(short ?? []), expected.rate);
  const instant = (rate: number) => instantAt(meter.at + remaining / rate, horizon);
  const forecast: Forecast = {
    early: instant(expected.rate * spread),
    likely: instant(expected.rate),
    late: instant(expected.rate / spread),
    probability: burn === undefined ? undefined : probabilityOf(burn, spread),
    projectedUsedRatio: projectedRatio(meter, remaining, expected.rate, timeLeft),
    runwaySeconds: runway,
  };
  return { ...rates, measured, forecast, burn, runway, timeLeft };
}

/** The long window tells of this cycle only once it no longer reaches over the reset. */
function measuredBurn({ short, long }: Pick<Outlook, "short" | "long">, sinceReset: number): number | undefined {
  if (sinceReset < long.windowSeconds) return short.burn ?? 0;
  return short.burn === undefined ? long.burn : Math.max(short.burn, long.burn ?? 0);
}

/** A denormal number that is left would last for no time at all. */
const finite = (value: number) => (Number.isFinite(value) ? value : undefined);

/** The last second that a `Date` can tell; what lasts longer than that lasts. */
const END_OF_TIME = 8.64e12;

const instantAt = (at: number, horizon: number | undefined) =>
  at < (horizon ?? END_OF_TIME) ? new Date(at * 1000) : undefined;

/** That the rate to come, spread log-normally round the expected one, is higher than what lasts. */
const probabilityOf = (burn: number, spread: number) =>
  burn === 0 ? 0 : Math.min(1, Math.max(0, normalCdf(Math.log(burn) / Math.log(spread))));

function projectedRatio({ limit }: Meter, remaining: number, rate: number, timeLeft: number | undefined) {
  if (limit === undefined || limit <= 0 || timeLeft === undefined) return undefined;
  return finite((limit - remaining + rate * timeLeft) / limit);
}

const toRate = (
  windowSeconds: number,
  perSecond: number | undefined,
  burnAt: (rate?: number) => number | undefined,
): Rate => ({
  windowSeconds,
  perSecond,
  burn: burnAt(perSecond),
});

/** The even pace since the window opened tells the habit, the recent rate what is going on now: a blend of the two. */
function expectedRate(reading: Reading, meter: Meter, recent: number | undefined, settings: EngineSettings) {
  if (recent === undefined) return undefined;
  const pace = paceOf(reading, meter);
  if (pace === undefined) return { rate: recent, parts: [recent] };
  return { rate: settings.pace_weight * pace + (1 - settings.pace_weight) * recent, parts: [recent, pace] };
}

/** A pace over less of the window than this is mostly noise. */
const LEAST_ELAPSED_SHARE = 0.05;

function paceOf(reading: Reading, meter: Meter): number | undefined {
  if (meter.basis !== "used" || reading.sliding === true || meter.resetAt === undefined) return undefined;
  const period = reading.periodSeconds;
  const start = period === undefined ? meter.cycleStartedAt : meter.resetAt - period;
  if (start === undefined) return undefined;
  const elapsed = meter.at - start;
  const length = period ?? meter.resetAt - start;
  return elapsed > 0 && elapsed >= LEAST_ELAPSED_SHARE * length ? meter.level / elapsed : undefined;
}

/** Even where all rates agree the future differs from the past by about this factor. */
const LEAST_SPREAD = 1.3;
const MOST_SPREAD = 4;

/** By which factor the rate to come may be larger or smaller: as far as the rates at hand disagree. */
function spreadOf(rates: readonly number[], expected: number): number {
  let spread = LEAST_SPREAD;
  for (const rate of rates) {
    if (rate > 0 && expected > 0) spread = Math.max(spread, rate / expected, expected / rate);
  }
  return Math.min(spread, MOST_SPREAD);
}

/** Standard normal distribution, to about 1e-7 (Abramowitz and Stegun 26.2.17). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (poly * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z >= 0 ? 1 - tail : tail;
}
