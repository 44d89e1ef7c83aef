import type { Reading } from "../quota/reading.ts";
import { expectedRate, rateOver } from "./expected-rate.ts";
import type { Meter } from "./meter.ts";
import { disagreementOf, finite, type Outlook, probabilityOf, spreadOf, toRate, windowsOf } from "./outlook.ts";
import type { EngineSettings } from "./settings.ts";
import { slidingOutlook } from "./sliding-forecast.ts";
import type { Forecast } from "./snapshot.ts";

/** A reset further away than this is a mistake. */
const MOST_PERIODS = 1.5;

/**
 * The moment that ends the worry about this quota, in seconds: its reset, its expiry, or one window from now for a
 * sliding one without either. Undefined where nothing ends it, or nothing is known to.
 */
function horizonOf(reading: Reading, meter: Meter): number | undefined {
  const expiry = reading.expiresAt === undefined ? undefined : reading.expiresAt.getTime() / 1000;
  const reset = meter.resetAt ?? expiry;
  const furthest =
    meter.resetAt === undefined ? Infinity : meter.at + MOST_PERIODS * (reading.periodSeconds ?? Infinity);
  if (reset !== undefined) return Math.min(reset, furthest);
  return reading.sliding === true && reading.periodSeconds !== undefined ? meter.at + reading.periodSeconds : undefined;
}

/** Everything that follows from the meter at the time of its last reading. */
export function outlook(reading: Reading, meter: Meter, settings: EngineSettings): Outlook {
  const horizon = horizonOf(reading, meter);
  const timeLeft = horizon === undefined ? undefined : Math.max(0, horizon - meter.at);
  const { gross, remaining, readings } = meter;
  if (gross !== undefined && remaining !== undefined && timeLeft !== undefined) {
    const windows = windowsOf(reading, settings);
    const ahead = Math.min(timeLeft, gross.period);
    const state = { gross, windows, remaining, readings, cadence: meter.cadence ?? 0, timeLeft: ahead };
    return slidingOutlook(reading, state, settings);
  }
  return plainOutlook(reading, meter, { horizon, timeLeft }, settings);
}

interface Ahead {
  readonly horizon: number | undefined;
  readonly timeLeft: number | undefined;
}

function plainOutlook(reading: Reading, meter: Meter, { horizon, timeLeft }: Ahead, settings: EngineSettings): Outlook {
  const windows = windowsOf(reading, settings);
  const { remaining } = meter;
  const isBucket = reading.kind === "rate_limit" || reading.unlimited === true;
  const sinceReset = meter.at - (meter.cycleStartedAt ?? -Infinity);
  // The use that a reset has ended says nothing about what came after it.
  const isTooSoon = isBucket || sinceReset < (settings.min_readings - 1) * (meter.cadence ?? 0);
  const short = isTooSoon ? undefined : rateOver(meter, Math.min(windows.short, sinceReset), settings);
  const long = isBucket ? undefined : rateOver(meter, windows.long, settings);
  const burnAt = (rate: number | undefined) =>
    rate === undefined || timeLeft === undefined || remaining === undefined || remaining <= 0
      ? undefined
      : finite((rate * timeLeft) / remaining);
  const rates = { short: toRate(windows.short, short, burnAt), long: toRate(windows.long, long, burnAt) };
  const known = { ...rates, measured: measuredBurn(rates, sinceReset), timeLeft };

  const expected = isBucket ? undefined : expectedRate(reading, meter, { recent: long ?? short, timeLeft }, settings);
  const canForecast = expected !== undefined && remaining !== undefined && remaining > 0;
  if (!canForecast || (timeLeft === undefined && reading.kind !== "credits"))
    return { ...known, forecast: undefined, burn: undefined, disagreement: undefined, runway: undefined };

  const burn = burnAt(expected.rate);
  const runway = finite(remaining / expected.rate);
  const disagreement = disagreementOf(expected.parts.concat(short ?? []), expected.rate);
  const spread = spreadOf(disagreement);
  const instant = (rate: number) => instantAt(meter.at + remaining / rate, horizon);
  const forecast: Forecast = {
    early: instant(expected.rate * spread),
    likely: instant(expected.rate),
    late: instant(expected.rate / spread),
    probability: burn === undefined ? undefined : probabilityOf(burn, spread),
    projectedUsedRatio: projectedRatio(meter, remaining, expected.rate, timeLeft),
    runwaySeconds: runway,
  };
  return { ...known, forecast, burn, disagreement, runway };
}

/** The long window tells of this cycle only once it no longer reaches over the reset. */
function measuredBurn({ short, long }: Pick<Outlook, "short" | "long">, sinceReset: number): number | undefined {
  if (sinceReset < long.windowSeconds) return short.burn ?? 0;
  return short.burn === undefined ? long.burn : Math.max(short.burn, long.burn ?? 0);
}

/** The last second that a `Date` can tell; what lasts longer than that lasts. */
const END_OF_TIME = 8.64e12;

const instantAt = (at: number, horizon: number | undefined) =>
  at < (horizon ?? END_OF_TIME) ? new Date(at * 1000) : undefined;

function projectedRatio({ limit }: Meter, remaining: number, rate: number, timeLeft: number | undefined) {
  if (limit === undefined || limit <= 0 || timeLeft === undefined) return undefined;
  return finite((limit - remaining + rate * timeLeft) / limit);
}
