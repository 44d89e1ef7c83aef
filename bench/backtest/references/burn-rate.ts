import { NO_OPINION, type Rule, windowOf } from "./reference.ts";

/** Pages where the burn rate is above `factor` over both ranges: the window divided by `long`, and by `short`. */
interface BurnRule {
  readonly factor: number;
  readonly long: number;
  readonly short: number;
}

const FAST: readonly BurnRule[] = [
  { factor: 14.4, long: 720, short: 8640 },
  { factor: 6, long: 120, short: 1440 },
];
const SLOW: BurnRule = { factor: 1, long: 10, short: 120 };

/** A range holds at least so many polls. */
const LEAST_POLLS = 3;

/** The burn-rate alerts of the SRE workbook, scaled from their 30 days to the window of the quota. */
const burnRate = (rules: readonly BurnRule[]) => (): Rule => {
  let poll: number | undefined;
  return (sample, history) => {
    const { samples } = history;
    const window = windowOf(sample);
    const before = samples.at(-2);
    if (before !== undefined) poll = Math.min(poll ?? Infinity, sample.t - before.t);
    if (samples.length < LEAST_POLLS || poll === undefined) return NO_OPINION;
    if (sample.remaining <= 0) return { exhaustAt: sample.t, wantsPage: true };
    const shortest = LEAST_POLLS * poll;
    const burnOver = (range: number) => {
      const span = Math.max(range, shortest);
      return (history.usedIn(span) / history.size) * (window / span);
    };
    const wantsPage = rules.some(
      ({ factor, long, short }) => burnOver(window / long) > factor && burnOver(window / short) > factor,
    );
    return { exhaustAt: undefined, wantsPage };
  };
};

export const fastBurnRate = burnRate(FAST);
export const threeBurnRates = burnRate([...FAST, SLOW]);
