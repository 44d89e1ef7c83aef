import type { TraceFacts } from "./trace.ts";

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
export const WEEK = 7 * DAY;

/** Between these two distances from the moment that a balance runs dry a page is of use. */
export const CREDITS_PAGE = { earliest: 72 * HOUR, latest: 2 * HOUR } as const;

/** A page that comes later than this before the quota runs out is of no use. */
export const leadOf = (windowSeconds: number): number => Math.max(5 * MINUTE, 0.05 * windowSeconds);

interface CommonScenario {
  readonly name: string;
  /** The headline is the mean over groups, so that the many short windows do not drown the rest. */
  readonly group: string;
  readonly pollSeconds: number;
  readonly mostDays?: number;
  readonly fits: (facts: TraceFacts, days: number) => boolean;
}

interface LimitedScenario extends CommonScenario {
  readonly windowSeconds: number;
  /** Which quantile of the use of a window counts as typical. */
  readonly typical: number;
  /** Limits, as multiples of what is typical. */
  readonly multiples: readonly number[];
  /** The provider tells whole percents only. */
  readonly isPercent?: true;
}

/** Windows that end at once. */
export interface WindowScenario extends LimitedScenario {
  readonly kind: "calendar" | "session";
  /** How many windows share one limit: plans are resized when use grows or shrinks. Undefined: all of them. */
  readonly block: number | undefined;
  /** `trace`: the whole trace is the one window, and it is scored. `month`: from the first of a month to the next. */
  readonly boundaries?: "trace" | "month";
}

export interface SlidingScenario extends LimitedScenario {
  readonly kind: "sliding";
}

export interface CreditsScenario extends CommonScenario {
  readonly kind: "credits";
  /** What one top-up brings, in days of mean use. */
  readonly packDays: readonly number[];
}

export type Scenario = WindowScenario | SlidingScenario | CreditsScenario;

const MULTIPLES = [0.6, 0.85, 1.05, 1.35] as const;

/** Detailed and long enough for windows of a few hours; the streams of events have no sessions. */
const isFine = ({ bucket_seconds, family }: TraceFacts, days: number) =>
  bucket_seconds <= 600 && days >= 5 && family !== "event-stream";

export const SCENARIOS: readonly Scenario[] = [
  {
    ...{ name: "hour-fixed", group: "hour", kind: "calendar", windowSeconds: HOUR, pollSeconds: MINUTE },
    ...{ block: 72, typical: 0.75, multiples: [0.7, 1.1], mostDays: 14 },
    fits: ({ bucket_seconds }, days) => bucket_seconds <= 60 && days >= 2,
  },
  {
    ...{ name: "hour-single", group: "hour", kind: "calendar", windowSeconds: HOUR, pollSeconds: MINUTE },
    ...{ boundaries: "trace", block: undefined, typical: 0.5 },
    multiples: [0.35, 0.55, 0.7, 0.85, 1.05, 1.2, 1.4, 1.8],
    fits: (_, days) => days < 0.1,
  },
  {
    // A window opens with the first use after the last one has ended.
    ...{ name: "session-5h", group: "session-5h", kind: "session", windowSeconds: 5 * HOUR, pollSeconds: MINUTE },
    ...{ block: 20, typical: 0.75, multiples: [0.7, 1.1], mostDays: 14, isPercent: true },
    fits: isFine,
  },
  {
    ...{ name: "sliding-5h", group: "sliding-5h", kind: "sliding", windowSeconds: 5 * HOUR, pollSeconds: 5 * MINUTE },
    ...{ typical: 0.9, multiples: [0.6, 0.9], mostDays: 14 },
    fits: isFine,
  },
  {
    ...{ name: "day-utc", group: "day", kind: "calendar", windowSeconds: DAY, pollSeconds: 5 * MINUTE },
    ...{ block: 7, typical: 0.6, multiples: MULTIPLES, mostDays: 28 },
    fits: ({ bucket_seconds }, days) => bucket_seconds <= 1800 && days >= 7,
  },
  {
    // Stands in for a month at a quarter of its length.
    ...{ name: "week-utc", group: "long", kind: "calendar", windowSeconds: WEEK, pollSeconds: 5 * MINUTE },
    ...{ block: 3, typical: 0.6, multiples: MULTIPLES },
    fits: (_, days) => days >= 21 && days < 90,
  },
  {
    ...{ name: "month-utc", group: "long", kind: "calendar", windowSeconds: 30 * DAY, pollSeconds: 15 * MINUTE },
    ...{ boundaries: "month", block: 12, typical: 0.6, multiples: MULTIPLES },
    fits: (_, days) => days >= 90,
  },
  {
    ...{ name: "credits", group: "credits", kind: "credits", pollSeconds: 5 * MINUTE, packDays: [4, 8, 20] },
    fits: ({ bucket_seconds }, days) => days >= 10 && days < 90 && bucket_seconds <= 600,
  },
];

/** What stands between the truth and the one who asks. Times in seconds, the others chances per poll. */
export interface Profile {
  readonly name: string;
  readonly missing: number;
  readonly repeated: number;
  /** A cache answers with one of the last readings. */
  readonly stale: number;
  /** By how much the reported reset time jitters, and by how much the reset itself may be late. */
  readonly resetJitter: number;
  readonly resetDelay: number;
  readonly outage: { readonly every: number; readonly longest: number } | undefined;
}

export const PROFILES: readonly Profile[] = [
  {
    ...{ name: "clean", missing: 0.002, repeated: 0, stale: 0, resetJitter: 0, resetDelay: 0 },
    outage: undefined,
  },
  {
    ...{ name: "typical", missing: 0.02, repeated: 0.01, stale: 0.02, resetJitter: 30, resetDelay: 20 },
    outage: { every: 4 * DAY, longest: 40 * MINUTE },
  },
  {
    ...{ name: "rough", missing: 0.05, repeated: 0.02, stale: 0.05, resetJitter: 150, resetDelay: 180 },
    outage: { every: 2 * DAY, longest: 90 * MINUTE },
  },
];
