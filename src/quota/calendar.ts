// Where windows end that follow the calendar, in UTC where nothing else is said. Each is strictly after `now`: at a boundary
// the new window has begun.

/** Whether a text is the IANA name of a time zone. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** 00:00 UTC of tomorrow. */
export function nextMidnight(now: Date): Date {
  return midnightIn(now, 1);
}

/** The Monday that comes, 00:00 UTC. */
export function nextMonday(now: Date): Date {
  // `getUTCDay` starts the week on Sunday.
  const daysSinceMonday = (now.getUTCDay() + 6) % 7;
  return midnightIn(now, 7 - daysSinceMonday);
}

/** The first of next month, 00:00 UTC. */
export function nextFirst(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
}

/** When tomorrow begins by the clocks of a zone such as America/Los_Angeles, which may be 23 or 25 hours after today did. */
export function nextMidnightOf(zone: string, now: Date): Date {
  return dayIn(zone, now, 1);
}

export const CALENDAR_PERIODS = ["day", "week", "month"] as const;
export type CalendarPeriod = (typeof CALENDAR_PERIODS)[number];

/** In the order of `getUTCDay`. */
export const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface CalendarRule {
  readonly period: CalendarPeriod;
  /** An IANA name. */
  readonly zone: string;
  readonly weekStart: Weekday;
}

/** The day, week or month that `now` is in, by the clocks of a zone: up to `to`, and without it. */
export function calendarWindow({ period, zone, weekStart }: CalendarRule, now: Date): { from: Date; to: Date } {
  if (period === "day") return { from: dayIn(zone, now, 0), to: dayIn(zone, now, 1) };
  const [year, month, day] = datePartsIn(zone, now);
  if (period === "month") return { from: startOfDay(zone, year, month, 1), to: startOfDay(zone, year, month + 1, 1) };
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const back = (weekday - WEEKDAYS.indexOf(weekStart) + 7) % 7;
  return { from: dayIn(zone, now, -back), to: dayIn(zone, now, 7 - back) };
}

/** When a window starts again that follows the calendar of a zone. */
export interface ResetRule {
  readonly every: CalendarPeriod;
  /** The day of a week, by default monday, or of a month, by default 1; in a month that is shorter its last. */
  readonly on?: Weekday | number | undefined;
  /** Minutes after midnight. */
  readonly atMinutes: number;
  /** An IANA name. */
  readonly zone: string;
}

/** The first reset by a rule after `now`. */
export function nextReset({ every, on, atMinutes, zone }: ResetRule, now: Date): Date {
  const [year, month, day] = datePartsIn(zone, now);
  const at = (inMonth: number, onDay: number) => timeIn(zone, [year, inMonth, onDay], atMinutes);
  if (every === "month") {
    const wanted = typeof on === "number" ? on : 1;
    const inMonth = (ahead: number) => at(month + ahead, Math.min(wanted, lastDayOf(year, month + ahead)));
    return firstAfter(now, [inMonth(0), inMonth(1)]);
  }
  if (every === "day") return firstAfter(now, [at(month, day), at(month, day + 1), at(month, day + 2)]);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const ahead = (WEEKDAYS.indexOf(typeof on === "string" ? on : "monday") - weekday + 7) % 7;
  return firstAfter(now, [at(month, day + ahead), at(month, day + ahead + 7)]);
}

const firstAfter = (now: Date, times: readonly Date[]): Date => times.find((time) => time > now) ?? now;

const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** A time of a day by the clocks of a zone; where they leave it out, as much later as they were put forward. */
function timeIn(zone: string, [year, month, day]: readonly [number, number, number], minutes: number): Date {
  const wanted = Date.UTC(year, month - 1, day, 0, minutes);
  const guess = wanted - aheadMs(zone, new Date(wanted));
  const time = wanted - aheadMs(zone, new Date(guess));
  return new Date(time + aheadMs(zone, new Date(time)) === wanted ? time : Math.max(time, guess));
}

function dayIn(zone: string, now: Date, days: number): Date {
  const [year, month, day] = datePartsIn(zone, now);
  return startOfDay(zone, year, month, day + days);
}

const DAY_MS = 86_400_000;

/**
 * The first moment of a day by the clocks of a zone. Where they change at midnight itself that is not 00:00; a day that is
 * left out begins with the one after it. Months from 1, and both may be beyond the ends of their year or month.
 */
function startOfDay(zone: string, year: number, month: number, day: number): Date {
  const midnight = Date.UTC(year, month - 1, day);
  // The clocks may change near midnight: it is told by how far ahead of UTC they are before that or after it.
  const [first, last] = [-1, 1]
    .map((days) => midnight - aheadMs(zone, new Date(midnight + days * DAY_MS)))
    .toSorted((a, b) => a - b);
  if (first === undefined || last === undefined) return new Date(midnight);
  const [inYear, inMonth, onDay] = datePartsIn(zone, new Date(first));
  return new Date(Date.UTC(inYear, inMonth - 1, onDay) >= midnight ? first : last);
}

function midnightIn(now: Date, days: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days));
}

/** How far the clocks of a zone are ahead of UTC. */
function aheadMs(zone: string, at: Date): number {
  const [year, month, day, hour, minute, second] = datePartsIn(zone, at);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at.getTime() / 1000) * 1000;
}

type DateParts = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

function datePartsIn(timeZone: string, at: Date): DateParts {
  const format = formatOf(timeZone);
  const told = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => told.get(name) ?? 0;
  return [part("year"), part("month"), part("day"), part("hour"), part("minute"), part("second")];
}

/** To build one takes a hundred times as long as to use it. Zones are those of the config and of providers. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = FORMATS.get(timeZone) ?? new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...NUMBERS });
  FORMATS.set(timeZone, format);
  return format;
}

const NUMBERS = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;
