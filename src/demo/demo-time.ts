/** Time in the demo runs sixty times faster: a minute there is an hour here. All in real seconds. */
export const HOUR = 60;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;
export const MONTH = 30 * DAY;

/** A minute that is really one. */
export const MINUTE = 60;
