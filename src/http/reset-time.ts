import { goDurationMs } from "./go-duration.ts";
import { httpDate } from "./http-date.ts";

/** What a reset is measured against. */
export interface AnswerClock {
  /** When the answer was made, by the clock of its sender: epoch milliseconds. */
  readonly sentAt: number;
  /** What takes a time of the sender's clock to ours, in milliseconds. */
  readonly shift: number;
}

/** A difference up to here is the whole second of a Date header and the time that the answer took. */
const IN_STEP_MS = 60_000;

/**
 * The clock of an answer, from its Date header where that can be read, else ours. Where the two are further apart than
 * an answer is old, one of them is wrong; the daemon compares with its own, so the reset is told by that.
 */
export function answerClock(date: string | undefined, now: Date): AnswerClock {
  const sentAt = httpDate(date) ?? now.getTime();
  const behind = now.getTime() - sentAt;
  return { sentAt, shift: Math.abs(behind) > IN_STEP_MS ? behind : 0 };
}

/** Three years: no bucket takes longer, and up to here a bare number is a count of seconds. */
const LONGEST_MS = 1e11;

/**
 * When a bucket is full again, from the forms in use: a Go duration, seconds from now, epoch seconds or milliseconds,
 * RFC 3339, an HTTP date. It may lie in the past. Undefined for what cannot be read, and for a time that is years from
 * the answer: one of the two is a mistake then.
 */
export function resetTime(text: string, clock: AnswerClock): Date | undefined {
  const trimmed = text.trim();
  const wait = waitMs(trimmed);
  const at = wait === undefined ? instantMs(trimmed) : clock.sentAt + wait;
  if (at === undefined || Math.abs(at - clock.sentAt) >= LONGEST_MS) return undefined;
  return new Date(Math.round(at + clock.shift));
}

const NUMBER = /^\d{1,15}(?:\.\d{1,15})?$/;

function waitMs(text: string): number | undefined {
  if (!NUMBER.test(text)) return goDurationMs(text);
  const seconds = Number(text);
  return seconds * 1000 < LONGEST_MS ? seconds * 1000 : undefined;
}

function instantMs(text: string): number | undefined {
  if (!NUMBER.test(text)) return rfc3339(text) ?? httpDate(text);
  const value = Number(text);
  return value >= 1e11 ? value : value * 1000;
}

const RFC_3339 = /^(\d{4}-\d\d-(\d\d))[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

function rfc3339(text: string): number | undefined {
  const [, day = "", dayOfMonth] = RFC_3339.exec(text) ?? [];
  const time = Date.parse(text.toUpperCase().replace(" ", "T"));
  // `Date` makes the second of March out of the 30th of February.
  const isReal = new Date(day).getUTCDate() === Number(dayOfMonth);
  return isReal && !Number.isNaN(time) ? time : undefined;
}
