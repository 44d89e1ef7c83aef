import { httpDate } from "./http-date.ts";

/** A longer wait than any billing period is a mistake of the sender, and would silence an account for good. */
const LONGEST_WAIT_SECONDS = 31 * 86_400;

/**
 * How long an answer asks us to stay away: `retry-after-ms`, else `retry-after` as seconds or as an HTTP date. A date is
 * measured against the sender's own clock where it tells it, so that a skew between the clocks does no harm.
 */
export function retryAfterSeconds(headers: Readonly<Record<string, string>>, now: Date): number | undefined {
  const milliseconds = decimal(headers["retry-after-ms"]);
  const inMilliseconds = milliseconds === undefined ? undefined : milliseconds / 1000;
  const waits = [inMilliseconds, waitOf(headers["retry-after"], headers["date"], now)];
  return waits.find((wait) => wait !== undefined && wait <= LONGEST_WAIT_SECONDS);
}

function waitOf(retryAfter: string | undefined, sentAt: string | undefined, now: Date): number | undefined {
  const seconds = decimal(retryAfter);
  if (seconds !== undefined) return seconds;
  const until = httpDate(retryAfter);
  if (until === undefined) return undefined;
  return Math.max(0, (until - (httpDate(sentAt) ?? now.getTime())) / 1000);
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
