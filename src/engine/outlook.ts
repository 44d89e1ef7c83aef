import type { Reading } from "../quota/reading.ts";
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

/** What is known of the time to come at the last reading. */
export interface Outlook {
  readonly short: Rate;
  readonly long: Rate;
  readonly forecast: Forecast | undefined;
  /** Forecast use until the horizon ÷ what there is for it. */
  readonly burn: number | undefined;
  /** What is going on now, as a burn rate, by the use of this cycle alone; undefined while nothing tells. */
  readonly measured: number | undefined;
  /** By which factor the rates at hand differ from the forecast rate, at least 1. */
  readonly disagreement: number | undefined;
  /** Seconds from the reading until nothing is left. */
  readonly runway: number | undefined;
  /** Seconds from the reading until the horizon. */
  readonly timeLeft: number | undefined;
}

export const toRate = (
  windowSeconds: number,
  perSecond: number | undefined,
  burnAt: (rate?: number) => number | undefined,
): Rate => ({ windowSeconds, perSecond, burn: burnAt(perSecond) });

/** What overflows is unknown: of a denormal number that is left nobody can tell how long it lasts. */
export const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

const MOST_DISAGREEMENT = 4;

/** By which factor one of the rates at hand is larger or smaller than the expected one, at the most. */
export function disagreementOf(rates: readonly number[], expected: number): number {
  let most = 1;
  for (const rate of rates) {
    if (rate > 0 && expected > 0) most = Math.max(most, rate / expected, expected / rate);
  }
  return Math.min(most, MOST_DISAGREEMENT);
}

/** Even where all rates agree the future differs from the past by about this factor. */
const LEAST_SPREAD = 1.3;

/** By which factor the rate to come may be larger or smaller. */
export const spreadOf = (disagreement: number): number => Math.max(disagreement, LEAST_SPREAD);

/** That the rate to come, spread log-normally round the expected one, is higher than what lasts. */
export const probabilityOf = (burn: number, spread: number): number =>
  burn === 0 ? 0 : Math.min(1, Math.max(0, normalCdf(Math.log(burn) / Math.log(spread))));

/** Standard normal distribution, to about 1e-7 (Abramowitz and Stegun 26.2.17). */
export function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (poly * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  return z >= 0 ? 1 - tail : tail;
}
