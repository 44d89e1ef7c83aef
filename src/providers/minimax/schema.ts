import { z } from "zod";
import { amountsIn } from "../../quota/counters.ts";
import { slug } from "../../quota/open-names.ts";
import type { Reading } from "../../quota/reading.ts";
import { Decimal, EpochTime, IsoTime } from "../fields.ts";

// https://platform.minimax.io/docs/coding-plan/faq, read 2026-11-21, and what clients make of the answers. A lane is told in
// percents since June 2026, before that in counts; next to percents the counts are 0 and mean nothing. Several models may
// draw on one pool and repeat its counts.
const Percent = Decimal.refine((percent) => percent >= -900 && percent <= 1000, "expected a percentage");
const Count = Decimal.refine((count) => count >= 0, "expected a count");
/** 0 is how it writes that there is none. */
const Time = z.union([
  z
    .enum(["", "0"])
    .or(z.literal(0))
    .transform(() => null),
  Decimal.pipe(EpochTime),
  IsoTime,
]);

const Fields = z.object({
  model_name: z.string().nullish(),
  start_time: Time.nullish(),
  end_time: Time.nullish(),
  remains_time: Decimal.nullish(),
  current_interval_total_count: Count.nullish(),
  current_interval_usage_count: Count.nullish(),
  current_interval_remaining_percent: Percent.nullish(),
  current_interval_status: Decimal.nullish(),
  weekly_end_time: Time.nullish(),
  weekly_remains_time: Decimal.nullish(),
  current_weekly_total_count: Count.nullish(),
  current_weekly_usage_count: Count.nullish(),
  current_weekly_remaining_percent: Percent.nullish(),
  current_weekly_status: Decimal.nullish(),
});
type Lane = z.infer<typeof Fields>;

const Lane = Fields.superRefine((lane, context) => {
  for (const window of ["interval", "weekly"] as const) {
    const missing = missingIn(lane, window);
    if (missing === undefined) continue;
    context.addIssue({ code: "custom", path: [missing], message: "expected a number, but it is missing" });
  }
});

/** Without percents a window is told by two counts. Plans from before March 2026 have no week at all. */
function missingIn(lane: Lane, window: "interval" | "weekly"): keyof Lane | undefined {
  const total = `current_${window}_total_count` as const;
  const count = `current_${window}_usage_count` as const;
  if (lane[`current_${window}_remaining_percent`] !== undefined) return undefined;
  if (lane[total] === undefined) return window === "interval" ? total : undefined;
  return lane[total] !== 0 && lane[count] === undefined ? count : undefined;
}

const WRONG_KEY = 1004;

/** Why an answer with status 200 is none: only code 0 is success. */
export const Failed = z
  .object({ base_resp: z.object({ status_code: Decimal }) })
  .transform(({ base_resp: { status_code: code } }) => code)
  .refine((code) => code !== 0, "expected a failure")
  .transform((code) => ({ failure: code === WRONG_KEY ? ("auth" as const) : ("server" as const) }));

/** A key that has no plan gets no lanes. */
export const Remains = z
  .object({ model_remains: z.array(Lane).nullable() })
  .transform(({ model_remains: lanes }) => ({ lanes: lanes ?? [] }));

/** What `…_usage_count` counts: `used` on the path of the token plan (openclaw PR 87184), `remaining` on that of the coding plan (MiniMax-M2 issue 99). */
export type Counted = "used" | "remaining";

/** One window of a lane. */
interface Window {
  readonly percent: number | null | undefined;
  readonly total: number | null | undefined;
  readonly count: number | null | undefined;
  readonly status: number | null | undefined;
  readonly end: Date | null | undefined;
  /** Milliseconds until its end: a countdown. */
  readonly left: number | null | undefined;
}

const EXHAUSTED = 2;
/** The plan does not have this lane, or no such window: its 100 % mean nothing. */
const NOT_IN_PLAN = 3;

/** The lane that everything of a plan draws on. Where it has no name there is no other. */
const isGeneral = ({ model_name: name }: Lane): boolean => (name || "general") === "general";

export function toReadings(lanes: readonly Lane[], counted: Counted, now: Date): readonly Reading[] {
  return withoutTwins(lanes).flatMap((lane) => [
    ...readingOf(intervalOf(lane), { ...intervalFacts(lane), counted, now }),
    ...readingOf(weekOf(lane), { ...nameOf(lane, "weekly"), kind: "calendar", periodSeconds: 604_800, counted, now }),
  ]);
}

function intervalOf(lane: Lane): Window {
  return {
    percent: lane.current_interval_remaining_percent,
    total: lane.current_interval_total_count,
    count: lane.current_interval_usage_count,
    status: lane.current_interval_status,
    end: lane.end_time,
    left: lane.remains_time,
  };
}

function weekOf(lane: Lane): Window {
  return {
    percent: lane.current_weekly_remaining_percent,
    // Plans from before March 2026 have no week.
    total: lane.current_weekly_total_count ?? 0,
    count: lane.current_weekly_usage_count,
    status: lane.current_weekly_status,
    end: lane.weekly_end_time,
    left: lane.weekly_remains_time,
  };
}

const FIVE_HOURS = 18_000;

/** Some lanes last a day: their bounds tell it, where both are told. */
function intervalFacts(lane: Lane) {
  const { start_time: start, end_time: end } = lane;
  const told = start && end ? (end.getTime() - start.getTime()) / 1000 : 0;
  const seconds = isGeneral(lane) ? FIVE_HOURS : told;
  return { ...nameOf(lane, "five_hour"), kind: "rolling" as const, ...(seconds > 0 && { periodSeconds: seconds }) };
}

function nameOf(lane: Lane, window: string): Pick<Reading, "quota" | "partial"> {
  if (isGeneral(lane)) return { quota: window };
  const name = slug(lane.model_name ?? "");
  return { quota: /^[a-z]/.test(name) ? `${name}_${window}` : `lane_${name}_${window}`, partial: true };
}

type Facts = Pick<Reading, "quota" | "kind" | "partial" | "periodSeconds"> & {
  readonly counted: Counted;
  readonly now: Date;
};

function readingOf(window: Window, { counted, now, ...facts }: Facts): readonly Reading[] {
  const { percent, total, count, status } = window;
  if (status === NOT_IN_PLAN || (percent === undefined && total === 0)) return [];
  const isShare = percent !== undefined;
  const amounts = isShare
    ? percent !== null && { limit: 1, remaining: percent / 100 }
    : amountsIn({ limit: total, [counted]: count });
  const resetAt = resetOf(window, now);
  const isRefused = status === EXHAUSTED;
  return [
    {
      ...facts,
      unit: isShare ? "ratio" : "requests",
      readAt: now,
      ...amounts,
      ...(isRefused && { refused: true }),
      ...(resetAt !== undefined && { resetAt }),
      enforcement: "hard",
      source: "api",
      confidence: amounts || isRefused ? "reported" : "degraded",
    },
  ];
}

function resetOf({ end, left }: Window, now: Date): Date | undefined {
  if (end) return end;
  return typeof left === "number" && left > 0 ? new Date(now.getTime() + left) : undefined;
}

/** Of the models that repeat one pool, `general`, else the first by its name, in whatever order they come. */
function withoutTwins(lanes: readonly Lane[]): readonly Lane[] {
  const first = new Map<string, Lane>();
  for (const lane of lanes) {
    const pool = poolOf(lane);
    const other = pool === undefined ? undefined : first.get(pool);
    if (pool !== undefined && (other === undefined || comesBefore(lane, other))) first.set(pool, lane);
  }
  const isFirst = (lane: Lane, pool = poolOf(lane)) => pool === undefined || first.get(pool) === lane;
  return lanes.filter((lane) => isFirst(lane));
}

/** Undefined for a lane that is told in percents: they are too coarse to tell that two lanes are one. */
function poolOf(lane: Lane): string | undefined {
  if (!lane.current_interval_total_count) return undefined;
  const { current_interval_usage_count: interval, current_weekly_usage_count: week, end_time: end } = lane;
  return [lane.current_interval_total_count, interval, week, end?.getTime()].join("/");
}

function comesBefore(one: Lane, other: Lane): boolean {
  if (isGeneral(other)) return false;
  return isGeneral(one) || (one.model_name ?? "") < (other.model_name ?? "");
}
