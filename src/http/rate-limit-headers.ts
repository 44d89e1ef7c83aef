import { httpDate } from "./http-date.ts";
import { windowOfLimit } from "./nameless-policies.ts";
import { type AnswerClock, answerClock, resetTime } from "./reset-time.ts";

/** Of one answer, by name. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** One bucket as headers tell it. What cannot be read is absent; `resetAt` may have passed. */
export interface RateLimit {
  readonly limit?: number;
  readonly remaining?: number;
  readonly resetAt?: Date;
  /** Over how many seconds it counts. */
  readonly periodSeconds?: number;
}

/** By the name of the bucket, in lower case as in the header; "" where the header names none. */
export type RateLimits = ReadonlyMap<string, RateLimit>;

/** The families of headers, each by its names. Every one of a family may be missing. */
export const RATE_LIMIT_DIALECTS = {
  /** `x-ratelimit-limit-requests`: OpenAI and those that speak like it. The period is told at Microsoft only. */
  fieldFirst: /^x-ratelimit-(?<field>limit|remaining|reset|renewalperiod)-(?<bucket>[a-z0-9-]{1,40})$/,
  /** `anthropic-ratelimit-requests-limit`. */
  fieldLast: /^anthropic-ratelimit-(?<bucket>[a-z0-9-]{1,40})-(?<field>limit|remaining|reset)$/,
  /** `x-ratelimit-limit` and `x-rate-limit-limit`: one bucket, or a list of which the first is the tightest. */
  single: /^x-rate-?limit-(?<field>limit|remaining|reset)$/,
  /** `ratelimit-limit`: the drafts of the IETF up to 06. */
  ietf: /^ratelimit-(?<field>limit|remaining|reset)$/,
  /** `x-tokenlimit-limit`: the tokens of Together, beside the requests of `x-ratelimit-limit`. */
  tokenLimit: /^x-tokenlimit-(?<field>limit|remaining|reset)$/,
  /** `x-ratelimitbysize-limit-minute`: the tokens of Mistral, as it once called them. */
  bySize: /^x-ratelimitbysize-(?<field>limit|remaining)-(?<bucket>minute|month)$/,
  /** `x-trial-endpoint-call-limit`: the calls that a trial key of Cohere may make in a minute. */
  trialCalls: /^x-trial-endpoint-call-(?<field>limit|remaining)$/,
} as const;
export type RateLimitDialect = keyof typeof RATE_LIMIT_DIALECTS;

/** What a dialect counts, where its buckets do not say so themselves: the name of the bucket begins with it. */
const COUNTS: ReadonlyMap<string, string> = new Map<RateLimitDialect, string>([
  ["tokenLimit", "tokens"],
  ["bySize", "tokens-"],
  ["trialCalls", "requests-minute"],
]);

/**
 * The buckets that the headers of one answer tell in one dialect. A bucket without anything readable is left out, and so
 * is one with an amount below 0: that is how Azure says that it does not know, beside a 0 that is no amount either.
 */
export function rateLimits(headers: AnswerHeaders, dialect: RateLimitDialect, now: Date): RateLimits {
  const all = lowerCase(headers);
  const clock = answerClock(all["date"], now);
  const found = new Map<string, RateLimit>();
  const unknown = new Set<string>();
  for (const [name, value] of Object.entries(all)) {
    const { field, bucket: of = "" } = RATE_LIMIT_DIALECTS[dialect].exec(name)?.groups ?? {};
    if (field === undefined) continue;
    const bucket = nameOf(dialect, of);
    if (AMOUNTS.has(field) && BELOW_ZERO.test(value)) unknown.add(bucket);
    const one = of === "" ? firstOf(value) : value;
    const told = one === undefined ? undefined : fieldOf(field, one, clock);
    if (told !== undefined) found.set(bucket, { ...found.get(bucket), ...told });
  }
  for (const bucket of unknown) found.delete(bucket);
  const only = found.get("");
  if (only !== undefined) found.set("", { ...only, ...periodIn(policiesIn(all, dialect), only.limit) });
  return found;
}

/** Where the windows of the dialects with one bucket may stand: behind the limit, or in a header of their own. */
const POLICIES: ReadonlyMap<string, readonly string[]> = new Map<RateLimitDialect, readonly string[]>([
  ["single", ["x-ratelimit-limit", "x-rate-limit-limit"]],
  ["ietf", ["ratelimit-limit", "ratelimit-policy"]],
]);

const policiesIn = (all: AnswerHeaders, dialect: RateLimitDialect): string =>
  (POLICIES.get(dialect) ?? []).flatMap((name) => all[name] ?? []).join(",");

function periodIn(policies: string, limit: number | undefined): Pick<RateLimit, "periodSeconds"> {
  const periodSeconds = windowOfLimit(policies, limit);
  return periodSeconds !== undefined && periodSeconds <= LONGEST_PERIOD_SECONDS ? { periodSeconds } : {};
}

const nameOf = (dialect: string, bucket: string): string => `${COUNTS.get(dialect) ?? ""}${bucket}`;

const AMOUNTS = new Set(["limit", "remaining"]);
const BELOW_ZERO = /^\s*-\d{1,15}(?:\.\d{1,15})?\s*$/;

function fieldOf(field: string, value: string, clock: AnswerClock): RateLimit | undefined {
  if (field === "reset") {
    const resetAt = resetTime(value, clock);
    return resetAt === undefined ? undefined : { resetAt };
  }
  const amount = amountOf(value);
  if (amount === undefined) return undefined;
  if (field === "renewalperiod")
    return amount > 0 && amount <= LONGEST_PERIOD_SECONDS ? { periodSeconds: amount } : undefined;
  return field === "limit" ? { limit: amount } : { remaining: amount };
}

/** A year: no quota has a longer window. */
export const LONGEST_PERIOD_SECONDS = 31_622_400;

const THOUSANDS = /^\s*\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*$/;

/** A count, also with separators of thousands (`30,000` was seen in the wild). */
function amountOf(text: string): number | undefined {
  const plain = THOUSANDS.test(text) ? text.replaceAll(",", "") : text;
  return /^\s*\d{1,15}(?:\.\d{1,15})?\s*$/.test(plain) ? Number(plain) : undefined;
}

/** The value that applies of `40, 40;w=60, 900;w=3600`. Nobody can say whether `2,900` is one or two: undefined. */
function firstOf(value: string): string | undefined {
  if (THOUSANDS.test(value)) return undefined;
  return isOneValue(value) ? value : (value.split(/[,;]/, 1)[0] ?? value);
}

/** Separated thousands and HTTP dates have commas of their own. */
function isOneValue(value: string): boolean {
  return amountOf(value) !== undefined || httpDate(value) !== undefined;
}

/** Fields of the newer IETF drafts, and what became of one of them: see `structured-rate-limits.ts` and `listed-rate-limits.ts`. */
const STRUCTURED = new Set(["ratelimit", "ratelimit-policy", "x-ratelimit-policy"]);
/** No colon, so no byte sequence: that is where a partition key would stand, which may name a user. */
const STRUCTURED_VALUE = /^[\w "'.,;=-]{1,500}$/;
/** Longer than the name of any policy, and as long as a credential. */
const LONG_WORD = /[\w.-]{25}/;
const LONGEST_VALUE = 100;

/**
 * The headers that tell a rate limit and nothing else, with the Date that their times are measured against. An error
 * may carry them: whatever is not a number or a time is left out, so that no credential can hide in them.
 */
export function rateLimitHeaders(headers: AnswerHeaders, now: Date): AnswerHeaders {
  const all = lowerCase(headers);
  const clock = answerClock(all["date"], now);
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => tellsRateLimit(name, value, clock)));
}

const DIALECTS = Object.entries(RATE_LIMIT_DIALECTS);

/** The bucket that a header of any dialect belongs to, "" if it names none; undefined for any other header. */
export function bucketIn(name: string): string | undefined {
  const buckets = DIALECTS.map(([dialect, pattern]) => {
    const groups = pattern.exec(name)?.groups;
    return groups === undefined ? undefined : nameOf(dialect, groups["bucket"] ?? "");
  });
  return buckets.find((bucket) => bucket !== undefined);
}

export function tellsRateLimit(name: string, value: string, clock: AnswerClock): boolean {
  if (STRUCTURED.has(name)) return STRUCTURED_VALUE.test(value) && !LONG_WORD.test(value);
  if (value.length > LONGEST_VALUE) return false;
  if (name === "date") return httpDate(value) !== undefined;
  if (!DIALECTS.some(([, pattern]) => pattern.test(name))) return false;
  const parts = isOneValue(value) ? [value] : value.split(/[,;]/).map((part) => part.replace(/^\s*w=/, ""));
  return parts.every(
    (part) => amountOf(part) !== undefined || resetTime(part, clock) !== undefined || BELOW_ZERO.test(part),
  );
}

export function lowerCase(headers: AnswerHeaders): AnswerHeaders {
  // Of HTTP/2, and after the first time.
  if (Object.keys(headers).every((name) => name === name.toLowerCase())) return headers;
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
