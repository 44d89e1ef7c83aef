import { z } from "zod";
import { parseBaseUrl } from "./base-url.ts";
import { formatDuration, parseDuration } from "./duration.ts";

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

const BASE_URL = "^\\s*[hH][tT][tT][pP][sS]?://(?![^/\\\\]*@)[^?#]+$";

export const baseUrl = scalar({ type: "string", pattern: BASE_URL }, (input) => {
  const result = parseBaseUrl(typeof input === "string" ? input.trim() : "");
  return "url" in result ? { value: result.url } : result;
});
