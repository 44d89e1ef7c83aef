import { z } from "zod";
import { CALENDAR_PERIODS, type CalendarPeriod } from "../quota/calendar.ts";
import { formatDuration, parseDuration } from "../quota/duration.ts";
import { parseBaseUrl } from "./base-url.ts";
import { parseListenAddress } from "./listen-address.ts";

/** What an editor sees of a value; `json-schema.ts` makes the rest. It may let through what `parse` refuses, never the reverse. */
type Seen = Readonly<z.core.JSONSchema.BaseSchema>;

/** A scalar of our own: `parse` gives its value, or a `problem` that says what would be right. */
export function scalar<T>(seen: Seen, parse: (input: unknown) => { readonly value: T } | { readonly problem: string }) {
  const schema = z.unknown().transform((input, context): T => {
    const result = parse(input);
    if ("value" in result) return result.value;
    context.addIssue({ code: "custom", message: result.problem, input });
    return z.NEVER;
  });
  return schema.meta(seen);
}

/** No duration of this file may be zero. */
const DURATION = "^(?=.*[1-9])([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$";

/** Seconds. */
export function duration(least: number, most: number) {
  return scalar({ type: "string", pattern: DURATION }, (input) => {
    const seconds = typeof input === "string" ? parseDuration(input) : undefined;
    if (seconds !== undefined && seconds >= least && seconds <= most) return { value: seconds };
    if (seconds !== undefined) {
      return { problem: `needs a duration from ${formatDuration(least)} to ${formatDuration(most)}` };
    }
    const isWhole = typeof input === "number" && Number.isSafeInteger(input) && input > 0;
    const example = isWhole ? `; write ${input}s if seconds are meant` : " such as 30s, 5m, 1h30m or 1d";
    return { problem: `needs a duration in whole numbers with units${example}` };
  });
}

/** A duration in seconds, or the name of a period of the calendar. */
export function period(least: number, most: number) {
  const length = duration(least, most);
  return scalar<number | CalendarPeriod>(
    { type: "string", pattern: `^(${CALENDAR_PERIODS.join("|")})$|${DURATION}` },
    (input) => {
      const name = CALENDAR_PERIODS.find((one) => one === input);
      if (name !== undefined) return { value: name };
      const { data, error } = length.safeParse(input);
      return error === undefined ? { value: data } : { problem: error.issues[0]?.message ?? error.message };
    },
  );
}

const BASE_URL = "^\\s*[hH][tT][tT][pP][sS]?://(?![^/\\\\]*@)[^?#]+$";

export const baseUrl = scalar({ type: "string", pattern: BASE_URL }, (input) => {
  const result = parseBaseUrl(typeof input === "string" ? input.trim() : "");
  return "url" in result ? { value: result.url } : result;
});

export const listenAddress = scalar(
  { type: "string", pattern: "^(\\[[^\\]]*\\]|[A-Za-z0-9_.-]*):[0-9]{1,5}$" },
  (input) => {
    const value = typeof input === "string" ? parseListenAddress(input) : undefined;
    if (value !== undefined) return { value };
    return {
      problem: 'needs host:port, such as 127.0.0.1:10844, "[::1]:10844" (in quotes) or :10844 for every interface',
    };
  },
);
