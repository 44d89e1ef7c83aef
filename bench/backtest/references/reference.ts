import type { Forecaster, Sample, Verdict } from "../forecaster.ts";
import { DAY, WEEK } from "../scenarios.ts";
import { type History, newHistory } from "./history.ts";

/** Credits have no window: rules that scale with one take this. */
const NOMINAL_CREDITS_WINDOW = WEEK;
/** A balance that lasts longer than this pages nobody. */
const CREDITS_HORIZON = DAY;
/** As the `for:` of a Prometheus rule: what is wanted so many times in a row pages. */
const POLLS_IN_A_ROW = 2;

/** What a rule makes of the newest sample. */
export interface Opinion {
  readonly exhaustAt: number | undefined;
  readonly wantsPage: boolean;
}

export type Rule = (sample: Sample, history: History) => Opinion;

export const NO_OPINION: Opinion = { exhaustAt: undefined, wantsPage: false };

/** A forecaster out of a rule. All of them are helped alike: refills are noticed, repeated samples ignored. */
export function reference(rule: Rule): Forecaster {
  const history = newHistory();
  let inARow = 0;
  let verdict: Verdict = { exhaust_at: null, page: false };
  return (sample) => {
    if (!history.take(sample)) return verdict;
    const { exhaustAt, wantsPage } = rule(sample, history);
    inARow = wantsPage ? inARow + 1 : 0;
    verdict = { exhaust_at: exhaustAt ?? null, page: inARow >= POLLS_IN_A_ROW };
    return verdict;
  };
}

/** Pages for an exhaustion before the reset, within a window for a sliding one, or soon for a balance. */
export function opinionOn(sample: Sample, exhaustAt: number | undefined): Opinion {
  const end = endOf(sample);
  if (exhaustAt === undefined || end === undefined || !(exhaustAt < end)) return NO_OPINION;
  const wantsPage = sample.kind !== "credits" || exhaustAt - sample.t <= CREDITS_HORIZON;
  return { exhaustAt: Math.max(exhaustAt, sample.t), wantsPage };
}

function endOf({ kind, sliding, t, period_seconds, reset_at }: Sample): number | undefined {
  if (kind === "credits") return Infinity;
  return sliding ? t + (period_seconds ?? 0) : (reset_at ?? undefined);
}

/** The length of its window in seconds. */
export const windowOf = ({ period_seconds }: Sample): number => period_seconds ?? NOMINAL_CREDITS_WINDOW;
