import type { Forecaster } from "../forecaster.ts";
import { HOUR } from "../scenarios.ts";
import { fastBurnRate, threeBurnRates } from "./burn-rate.ts";
import { meanOfWeek, pace, weightedMeanOfWeek } from "./mean-use.ts";
import { onceBelow, predictLinear, tenthOfWindow, withinFourHours } from "./predict-linear.ts";
import { type Rule, reference } from "./reference.ts";

const threshold =
  (share: number): Rule =>
  (sample, { size }) => ({ exhaustAt: undefined, wantsPage: sample.remaining < share * size });

/** What people use today, each made once per quota. The first two show the ends of the scale, as the oracle does. */
export const REFERENCES: Readonly<Record<string, () => Forecaster>> = {
  never: () => () => ({ exhaust_at: null, page: false }),
  always: () => () => ({ exhaust_at: null, page: true }),
  threshold_20: () => reference(threshold(0.2)),
  threshold_10: () => reference(threshold(0.1)),
  predict_linear_1h: () => reference(predictLinear(() => HOUR)),
  predict_linear_1h_4h: () => reference(withinFourHours),
  predict_linear_10pct: () => reference(predictLinear(tenthOfWindow)),
  predict_linear_10pct_below_40: () => reference(onceBelow(0.4)),
  avg_7d: () => reference(meanOfWeek),
  ewma_7d: () => reference(weightedMeanOfWeek),
  pace: () => reference(pace),
  burn_rate_fast: () => reference(fastBurnRate()),
  burn_rate_3tier: () => reference(threeBurnRates()),
};
