import { DAY, HOUR } from "../scenarios.ts";
import type { History } from "./history.ts";
import { NO_OPINION, opinionOn, type Rule, windowOf } from "./reference.ts";

const DAYS = 7;
/** Weight of the newest day in the weighted mean. */
const NEWEST_DAY = 0.25;

/** Mean use of the last seven days. */
export const meanOfWeek: Rule = (sample, history) =>
  sample.t - history.firstAt < HOUR ? NO_OPINION : atRate(meanRate(sample.t, history))(sample, history);

/** The same with the newest days counting most. */
export const weightedMeanOfWeek: Rule = (sample, history) =>
  sample.t - history.firstAt > 2 * DAY
    ? atRate(weightedRate(sample.t, history))(sample, history)
    : meanOfWeek(sample, history);

const atRate =
  (perSecond: number): Rule =>
  (sample) =>
    opinionOn(sample, perSecond > 0 ? sample.t + sample.remaining / perSecond : undefined);

function meanRate(now: number, { days, firstAt }: History): number {
  const today = Math.floor(now / DAY);
  let used = 0;
  for (let day = today - (DAYS - 1); day <= today; day++) used += days.get(day) ?? 0;
  return used / Math.min(now - firstAt, (DAYS - 1) * DAY + (now % DAY));
}

function weightedRate(now: number, { days, firstAt }: History): number {
  const today = Math.floor(now / DAY);
  let level: number | undefined;
  for (let day = Math.max(today - DAYS, Math.floor(firstAt / DAY) + 1); day < today; day++) {
    const used = days.get(day) ?? 0;
    level = level === undefined ? used : level + NEWEST_DAY * (used - level);
  }
  return (level ?? 0) / DAY;
}

/** A pace over less of the window than this says nothing yet. */
const LEAST_ELAPSED_SHARE = 0.05;

/** The even pace since the window opened, as widgets show it. */
export const pace: Rule = (sample, history) => {
  const window = windowOf(sample);
  const elapsed = sample.t - openedAt(sample, history, window);
  if (elapsed < LEAST_ELAPSED_SHARE * window) return NO_OPINION;
  const used = sample.sliding ? history.usedIn(window) : (sample.limit ?? history.top) - sample.remaining;
  if (used > 0) return opinionOn(sample, sample.t + (sample.remaining * elapsed) / used);
  return opinionOn(sample, sample.remaining <= 0 ? sample.t : undefined);
};

function openedAt({ sliding, t, reset_at, kind }: Parameters<Rule>[0], history: History, window: number): number {
  if (sliding) return Math.max(history.firstAt, t - window);
  return reset_at !== null && kind === "calendar" ? Math.min(t, reset_at - window) : history.startedAt;
}
