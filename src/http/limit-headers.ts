import { namedBucket } from "./bucket-names.ts";
import { httpDate } from "./http-date.ts";
import { POLICY_LIST } from "./listed-rate-limits.ts";
import { type AnswerHeaders, bucketIn, lowerCase, tellsRateLimit } from "./rate-limit-headers.ts";
import { type AnswerClock, answerClock, resetTime } from "./reset-time.ts";

/** Before the headers of the upstream that a LiteLLM proxy passes on. */
export const UPSTREAM_PREFIX = "llm_provider-";

/** More than any provider sends. */
const MOST_HEADERS = 100;
const LONGEST_NAME = 100;
/** What every name has that is kept: most headers are done with at once. */
const MAY_TELL = /limit|trial-endpoint|^retry-after|^date$|^x-(?:codex|litellm|chutes)-/;

/** What of these headers tells a limit and nothing else, by name in lower case: all that live traffic is learned from. */
export function limitHeaders(headers: AnswerHeaders, now: Date): AnswerHeaders {
  const all = lowerCase(headers);
  const clock = answerClock(all["date"], now);
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name, value]) => MAY_TELL.test(name) && name.length <= LONGEST_NAME && tellsLimit(name, value, clock))
      .slice(0, MOST_HEADERS),
  );
}

function tellsLimit(prefixed: string, value: string, clock: AnswerClock): boolean {
  const name = prefixed.startsWith(UPSTREAM_PREFIX) ? prefixed.slice(UPSTREAM_PREFIX.length) : prefixed;
  const shape = SHAPES.find(([pattern]) => pattern.test(name))?.[1];
  if (shape !== undefined) return shape(value, clock);
  // A name is chosen by the sender too: one that is not known to name a bucket may be anything.
  const bucket = bucketIn(name);
  return (bucket === undefined || namedBucket(bucket) !== undefined) && tellsRateLimit(name, value, clock);
}

type Shape = (value: string, clock: AnswerClock) => boolean;

const LONGEST_VALUE = 60;
const matching =
  (pattern: RegExp): Shape =>
  (value) =>
    value.length <= LONGEST_VALUE && pattern.test(value);

const number = matching(/^\s*-?\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,2})?\s*$/i);
const flag = matching(/^(?:true|false)$/i);
const time: Shape = (value, clock) => value.length <= LONGEST_VALUE && resetTime(value, clock) !== undefined;

/** `5h`, `7d`, and with what it is limited to `7d_oi`, `7d-sonnet`; none for the account. */
const UNIFIED = "anthropic-ratelimit-unified-(?:(?:5h|7d(?:[_-][a-z]{1,12})?|overage)-)?";
/** A plan itself, or a limit of its own for one model, as `x-codex-bengalfox`. */
const CODEX = "x-codex(?:-[a-z]{1,16}){0,2}";

/** A policy of the newer IETF drafts is named in quotes; a name that is no words could be a secret. */
const POLICY_PART =
  /^(?:"(?:\d{0,5}[a-z]{1,12}|\d{1,5})(?:[ ._-](?:\d{0,5}[a-z]{1,12}|\d{1,5})){0,6}"|(?:[a-z]{1,12}=)?(?:\d{1,15}|"[a-z-]{1,24}"))$/i;
const LONGEST_POLICIES = 500;
const policies: Shape = (value) =>
  value.length <= LONGEST_POLICIES && value.split(/[,;]/).every((part) => POLICY_PART.test(part.trim()));

/** Headers that tell no bucket. Their values are numbers, times, or words out of a short list. */
const SHAPES: readonly (readonly [name: RegExp, value: Shape])[] = [
  [/^ratelimit(?:-policy)?$/, policies],
  [/^x-ratelimit-policy$/, (value) => POLICY_LIST.test(value)],
  [/^retry-after(?:-ms)?$/, (value, clock) => number(value, clock) || httpDate(value) !== undefined],
  [new RegExp(`^${UNIFIED}status$`), matching(/^(?:allowed|allowed_warning|rejected|active)$/)],
  [new RegExp(`^${UNIFIED}utilization$`), number],
  [new RegExp(`^${UNIFIED}reset$`), time],
  [new RegExp(`^${UNIFIED}representative-claim$`), matching(/^(?:five_hour|seven_day(?:_[a-z]{1,12}){0,3}|overage)$/)],
  [new RegExp(`^${CODEX}-(?:primary|secondary)-(?:used-percent|window-minutes|reset-after-seconds)$`), number],
  [new RegExp(`^${CODEX}-(?:primary|secondary)-reset-at$`), time],
  // The name of a model, which the usage call tells the same limit by.
  [new RegExp(`^${CODEX}-limit-name$`), matching(/^(?:gpt|codex)(?:[ .-][a-z0-9]{1,12}){0,5}$/i)],
  [/^x-codex-credits-(?:has-credits|unlimited)$/, flag],
  [/^x-codex-credits-balance$/, number],
  [/^x-litellm-key-(?:spend|max-budget)$/, number],
  [/^x-chutes-quota-(?:total|used|remaining)$/, number],
];
