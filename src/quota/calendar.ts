// Where windows end that follow the calendar in UTC. Each is strictly after `now`: at a boundary the new window has begun.

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

function midnightIn(now: Date, days: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days));
}
