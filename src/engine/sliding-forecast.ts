import type { Reading } from "../quota/reading.ts";
import { cameIn, type GrossUse, grossRate } from "./gross-use.ts";
import { disagreementOf, finite, type Outlook, probabilityOf, spreadOf, toRate, type Windows } from "./outlook.ts";
import type { EngineSettings } from "./settings.ts";

interface SlidingState {
  readonly gross: GrossUse;
  readonly windows: Windows;
  readonly remaining: number;
  /** Usual seconds between two readings. */
  readonly cadence: number;
  readonly readings: number;
  /** Seconds until the horizon. */
  readonly timeLeft: number;
}

/** So many moments between now and the horizon are looked at. */
const MOMENTS = 60;

/**
 * The outlook of a sliding window: what is left now and what will leave the window, against what will come in. It runs out
 * at the first moment at which more has come in than there is by then; the burn rate is that of the worst moment.
 */
export function slidingOutlook(reading: Reading, state: SlidingState, settings: EngineSettings): Outlook {
  const { gross, windows, remaining, cadence, readings, timeLeft } = state;
  const rate = (window: number) => {
    const isEnough = readings >= settings.min_readings;
    return isEnough ? grossRate(gross, Math.max(window, settings.min_readings * cadence)) : undefined;
  };
  const look = remaining > 0 ? lookAhead(state) : undefined;
  const burnAt = (perSecond: number | undefined) =>
    perSecond === undefined ? undefined : look && finite(look(perSecond).burn);
  const short = toRate(windows.short, rate(windows.short), burnAt);
  const long = toRate(windows.long, rate(windows.long), burnAt);
  const measured = short.burn === undefined ? long.burn : Math.max(short.burn, long.burn ?? 0);
  const known = { short, long, measured, timeLeft };
  if (look === undefined || long.perSecond === undefined || reading.unlimited === true)
    return { ...known, forecast: undefined, burn: undefined, disagreement: undefined, runway: undefined };

  const recent = short.perSecond ?? long.perSecond;
  const expected = settings.short_weight * recent + (1 - settings.short_weight) * long.perSecond;
  const { burn, after } = look(expected);
  const disagreement = disagreementOf([recent, long.perSecond], expected);
  const spread = spreadOf(disagreement);
  const instant = (perSecond: number) => {
    const seconds = look(perSecond).after;
    return seconds === undefined ? undefined : new Date((gross.at + seconds) * 1000);
  };
  const forecast = {
    early: instant(expected * spread),
    likely: instant(expected),
    late: instant(expected / spread),
    probability: probabilityOf(burn, spread),
    projectedUsedRatio: undefined,
    runwaySeconds: after,
  };
  return { ...known, forecast, burn: finite(burn), disagreement, runway: after };
}

/** What a rate leads to: the worst ratio of what comes in to what there is for it, and the seconds until it reaches 1. */
function lookAhead({ gross, remaining, timeLeft }: SlidingState) {
  const step = timeLeft / MOMENTS;
  const oldest = gross.at - gross.period;
  let left = remaining;
  const there = Array.from({ length: MOMENTS }, (_, index) => {
    left += cameIn(gross, oldest + index * step, oldest + (index + 1) * step);
    return left;
  });
  return (perSecond: number): { readonly burn: number; readonly after: number | undefined } => {
    let burn = 0;
    let after: number | undefined;
    let missedBy = remaining;
    for (const [index, amount] of there.entries()) {
      const seconds = (index + 1) * step;
      const used = perSecond * seconds;
      burn = Math.max(burn, used / amount);
      // Evenly between two moments.
      if (after === undefined && used >= amount)
        after = seconds - (step * (used - amount)) / (used - amount + missedBy);
      missedBy = amount - used;
    }
    return { burn, after };
  };
}
