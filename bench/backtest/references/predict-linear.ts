import type { Sample } from "../forecaster.ts";
import { HOUR } from "../scenarios.ts";
import type { History } from "./history.ts";
import { NO_OPINION, opinionOn, type Rule, windowOf } from "./reference.ts";

const LEAST_SAMPLES = 3;

/** PromQL's `predict_linear`: least squares over a range, followed until the reset. */
export const predictLinear =
  (rangeOf: (sample: Sample) => number): Rule =>
  (sample, history) => {
    const line = lineThrough(sample.t, rangeOf(sample), history);
    if (line === undefined) return NO_OPINION;
    if (line.level <= 0) return opinionOn(sample, sample.t);
    return opinionOn(sample, line.slope >= 0 ? undefined : sample.t - line.level / line.slope);
  };

/** The remaining amount at `now` and its change per second. */
function lineThrough(now: number, range: number, { samples, from }: History) {
  const recent = samples.slice(from(now - range));
  const count = recent.length;
  if (count < LEAST_SAMPLES) return undefined;
  let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0];
  for (const { t, remaining: y } of recent) {
    const x = t - now;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  const determinant = count * sumXX - sumX * sumX;
  if (determinant === 0) return undefined;
  const slope = (count * sumXY - sumX * sumY) / determinant;
  return { slope, level: (sumY - slope * sumX) / count };
}

/** The alert of the textbooks, `predict_linear(remaining[1h], 4 * 3600) < 0`. */
export const withinFourHours: Rule = (sample, history) => {
  const { exhaustAt } = predictLinear(() => HOUR)(sample, history);
  return { exhaustAt, wantsPage: exhaustAt !== undefined && exhaustAt - sample.t <= 4 * HOUR };
};

export const tenthOfWindow = (sample: Sample): number => 0.1 * windowOf(sample);

/** As alerts on disk space do it: what is foreseen counts once little is left. */
export const onceBelow =
  (share: number): Rule =>
  (sample, history) => {
    const { exhaustAt, wantsPage } = predictLinear(tenthOfWindow)(sample, history);
    return { exhaustAt, wantsPage: wantsPage && sample.remaining < share * history.size };
  };
