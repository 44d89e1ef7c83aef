import type { Unit } from "../quota/reading.ts";

/** Windows that stand in names of buckets, in seconds. A month has no fixed length. */
export const WINDOW_SECONDS = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  month: undefined,
} as const;
export type BucketWindow = keyof typeof WINDOW_SECONDS;

/** What a bucket counts. */
export interface Counted {
  readonly quota: string;
  readonly unit: Unit;
}

export const REQUESTS: Counted = { quota: "requests", unit: "requests" };
const TOKENS: Counted = { quota: "tokens", unit: "tokens" };
const INPUT_TOKENS: Counted = { quota: "input_tokens", unit: "input_tokens" };
const OUTPUT_TOKENS: Counted = { quota: "output_tokens", unit: "output_tokens" };

/** By the spellings in use. Whatever else is counted has no unit here, and a name of any other kind could be a secret. */
const COUNTED: ReadonlyMap<string, Counted> = new Map([
  ["requests", REQUESTS],
  ["request", REQUESTS],
  // Mistral.
  ["req", REQUESTS],
  ["tokens", TOKENS],
  ["token", TOKENS],
  ["input-tokens", INPUT_TOKENS],
  ["prompt-tokens", INPUT_TOKENS],
  ["tokens-prompt", INPUT_TOKENS],
  ["output-tokens", OUTPUT_TOKENS],
  ["completion-tokens", OUTPUT_TOKENS],
  ["generated-tokens", OUTPUT_TOKENS],
  ["tokens-generated", OUTPUT_TOKENS],
  ["project-requests", { quota: "project_requests", unit: "requests" }],
  ["project-tokens", { quota: "project_tokens", unit: "tokens" }],
  ["images", { quota: "images", unit: "images" }],
]);

/** What the name of a bucket in a header says. */
export interface NamedBucket extends Counted {
  /** Absent where the name tells none. */
  readonly window?: BucketWindow;
}

const NAME = /^(?<counted>[a-z-]{1,24}?)(?:-(?:per-)?(?<window>second|minute|hour|day|month))?$/;

/**
 * `requests`, `req-minute`, `tokens-per-day`; the bucket without a name counts requests, also where its window is told, as
 * in the `x-ratelimit-remaining-minute` of Kong. Undefined for any other.
 */
export function namedBucket(name: string): NamedBucket | undefined {
  if (name === "") return REQUESTS;
  if (isWindow(name)) return { ...REQUESTS, window: name };
  const { counted = "", window } = NAME.exec(name)?.groups ?? {};
  const found = COUNTED.get(counted);
  return found === undefined || !isWindow(window) ? found : { ...found, window };
}

const isWindow = (text: string | undefined): text is BucketWindow =>
  text !== undefined && Object.hasOwn(WINDOW_SECONDS, text);
