import type { z } from "zod";

/** What the keys of a reading mean, for editors. */
export const READING_WORDS: Readonly<Record<string, string>> = {
  each: "the list whose objects are a reading each; the other expressions are for one of them",
  when: "whether there is such a reading",
  quota: "its id, such as five_hour",
  kind: "calendar, rolling, credits or rate_limit",
  unit: "what is counted",
  enforcement: "hard, where calls are refused at zero, or soft. Default: hard",
  limit: "how much there is in all, in the unit",
  remaining: "how much is left, in the unit",
  used: "how much was used, in the unit",
  percent_used: "share that was used, up to 100; with unit: ratio",
  percent_remaining: "share that is left, up to 100; with unit: ratio",
  fraction_used: "share that was used, up to 1; with unit: ratio",
  fraction_remaining: "share that is left, up to 1; with unit: ratio",
  unlimited_when: "whether the service says that there is no cap",
  refused_when: "whether the service says that calls are refused, whatever the numbers are",
  served_when: "whether the service says that calls are served, where it tells no numbers",
  reset_at: "when the window starts again",
  reset_in: "in how many seconds the window starts again",
  reset: "when the window starts again by the calendar, where the service does not tell it",
  expires_at: "when what is left lapses",
  time_format: "how reset_at and expires_at are written",
  period: "length of the window, such as 5h",
  refill_per_second: "what a bucket gains all the time, in the unit",
  sliding: "whether use leaves the rolling window piece by piece",
  partial: "whether it binds only some models or one feature",
  models: "ids of the models that it binds",
};

export const RESET_WORDS: Readonly<Record<string, string>> = {
  every: "day, week or month",
  on: "the weekday, by default monday, or the day of the month, by default 1",
  at: "time of day, in quotes, such as 20:00",
  zone: "IANA name of the time zone",
};

export const MAPPING_WORDS: Readonly<Record<string, string>> = {
  request: "the call that tells the quotas",
  before: "calls before it, of which one value each fills a placeholder",
  variables: "texts for the placeholders of paths, queries, headers and bodies, by name",
  failures: "which answers mean that the call has failed, in the order in which they are tried",
  plan: "name of the plan",
  readings: "the quotas, and by which expressions they are found in the answer",
};

export const REQUEST_WORDS: Readonly<Record<string, string>> = {
  path: "below base_url; of a list the next is asked where one is unknown to the server",
  method: "GET or POST",
  query: "the parts of the query, by name",
  headers: "further headers, by name; never one that holds a key",
  body: "constant JSON, for POST",
  auth: "how the key is sent. Default: bearer",
  pages: "where the answer comes in several pages",
};

export const PAGES_WORDS: Readonly<Record<string, string>> = {
  next: "what to ask the next page with; nothing, null or an empty text on the last",
  query: "the part of the query that it is sent in",
  body: "the field of the body that it is sent in",
  most: "how many pages there may be",
};

export const STEP_WORDS: Readonly<Record<string, string>> = {
  set: "the placeholder that it fills",
  path: "below base_url, by GET",
  auth: "how the key is sent. Default: as in request",
  value: "what fills the placeholder",
};

export const FAILURE_WORDS: Readonly<Record<string, string>> = {
  when: "whether the answer means this",
  reason: "what it means",
  hint: "what to tell people of it",
};

/** The same schemas with what their keys mean. */
export function described<Shape extends z.ZodRawShape>(shape: Shape, words: Readonly<Record<string, string>>): Shape {
  const entries = Object.entries(shape).map(([key, schema]) => {
    const description = words[key];
    return [key, description === undefined ? schema : (schema as z.ZodType).meta({ description })];
  });
  return Object.fromEntries(entries) as Shape;
}
