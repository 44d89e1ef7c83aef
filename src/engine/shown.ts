import { ratioOf, remainingOf, usedOf } from "../quota/amounts.ts";
import type { Forecast, QuotaSnapshot } from "./snapshot.ts";

/** What may be told of a quota as the truth of now. Everything here is undefined once its data is no longer valid. */
export interface Shown {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly used: number | undefined;
  readonly ratio: number | undefined;
  readonly shortRate: number | undefined;
  readonly longRate: number | undefined;
  readonly shortBurn: number | undefined;
  readonly longBurn: number | undefined;
  readonly forecast: Forecast | undefined;
}

const NOTHING: Shown = {
  limit: undefined,
  remaining: undefined,
  used: undefined,
  ratio: undefined,
  shortRate: undefined,
  longRate: undefined,
  shortBurn: undefined,
  longBurn: undefined,
  forecast: undefined,
};

/** The one place that decides which values are shown, so that metrics, alerts, document and page cannot disagree. */
export function shown(quota: QuotaSnapshot): Shown {
  const { reading, short, long } = quota;
  // What the config declares is true whether anything was counted or not.
  if (reading.source === "declared") return { ...NOTHING, limit: reading.limit };
  if (!quota.valid || reading.confidence === "degraded") return NOTHING;
  const capped = reading.unlimited !== true;
  return {
    limit: capped ? reading.limit : undefined,
    remaining: capped ? remainingOf(reading) : undefined,
    used: usedOf(reading),
    ratio: capped ? ratioOf(reading) : undefined,
    shortRate: short.perSecond,
    longRate: long.perSecond,
    shortBurn: short.burn,
    longBurn: long.burn,
    forecast: quota.forecast,
  };
}
