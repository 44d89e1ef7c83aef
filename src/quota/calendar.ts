// Where windows end that follow the calendar, in UTC where nothing else is said. Each is strictly after `now`: at a boundary
// the new window has begun.

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

/**
 * 00:00 of tomorrow by the clocks of a zone such as America/Los_Angeles, which may be 23 or 25 hours after the last one.
 * Not for the few zones that change their clocks at midnight itself.
 */
export function nextMidnightOf(zone: string, now: Date): Date {
  const [year, month, day] = datePartsIn(zone, now);
  const midnight = Date.UTC(year, month - 1, day + 1);
  // The clocks may change between now and then, so what counts is how far ahead of UTC they are at the end.
  const nearly = midnight - aheadMs(zone, new Date(midnight - aheadMs(zone, now)));
  return new Date(midnight - aheadMs(zone, new Date(nearly)));
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
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...NUMBERS });
  const told = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => told.get(name) ?? 0;
  return [part("year"), part("month"), part("day"), part("hour"), part("minute"), part("second")];
}

const NUMBERS = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;
