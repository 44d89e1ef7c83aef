import { windowOfLimit } from "./nameless-policies.ts";
import { type AnswerHeaders, lowerCase, type RateLimit } from "./rate-limit-headers.ts";
import { type AnswerClock, answerClock, resetTime } from "./reset-time.ts";

// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, read 2026-11-21. From draft 08 on both fields
// are lists of named policies; in draft 07 `RateLimit` was one dictionary. Fields of either form are still sent.
const TEXT = '"(?:[^"\\\\]|\\\\["\\\\])*"';
const BLANK = "[ \\t]*";
// No two of the three forms of a value begin alike, or a long field could be tried in more ways than time allows.
const VALUE = `${TEXT}|:[A-Za-z0-9+/=]*:|[^:;,"\\s][^;,"\\s]*`;
const PARAMETER = `;${BLANK}[a-z*][a-z0-9_.*-]*(?:=(?:${VALUE}))?`;
const ITEM = `${TEXT}(?:${BLANK}${PARAMETER})*`;
const LIST = new RegExp(`^${ITEM}(?:${BLANK},${BLANK}${ITEM})*$`);
const LONGEST = 2000;

/** What a policy counts and over how long, where that is told. */
export interface PolicyLimit extends RateLimit {
  readonly windowSeconds?: number;
  /** `requests` where nothing is told. */
  readonly counted?: string;
}

/** `RateLimit` and `RateLimit-Policy`, by policy name; the unnamed bucket of draft 07 is "". Broken fields tell nothing. */
export function structuredRateLimits(headers: AnswerHeaders, now: Date): ReadonlyMap<string, PolicyLimit> {
  const all = lowerCase(headers);
  const clock = answerClock(all["date"], now);
  const field = all["ratelimit"]?.trim() ?? "";
  const policyField = all["ratelimit-policy"]?.trim() ?? "";
  const single = draft07(field, clock);
  if (single !== undefined) {
    const windowSeconds = windowOfLimit(policyField, single.limit);
    return new Map([["", { ...single, ...(windowSeconds !== undefined && { windowSeconds }) }]]);
  }

  const policies = itemsOf(policyField);
  const found = new Map<string, PolicyLimit>();
  for (const { name, parameters } of [...itemsOf(field), ...policies]) {
    const partition = parameters.get("pk");
    const policy = policies.find((other) => other.name === name && isPolicyOf(other.parameters, partition));
    const told = toldBy(new Map([...(policy?.parameters ?? []), ...parameters]), clock);
    // The same name again is another partition, whose numbers do not go with these: the first one stands for the bucket.
    if (told !== undefined && !found.has(name)) found.set(name, told);
  }
  return found;
}

/** A policy without a partition key holds for every partition. */
function isPolicyOf(policy: ReadonlyMap<string, string>, partition: string | undefined): boolean {
  const key = policy.get("pk");
  return key === undefined || key === partition;
}

function toldBy(parameters: ReadonlyMap<string, string>, clock: AnswerClock): PolicyLimit | undefined {
  const limit = whole(parameters.get("q"));
  const remaining = whole(parameters.get("r"));
  const wait = whole(parameters.get("t"));
  const resetAt = wait === undefined ? undefined : resetTime(`${wait}s`, clock);
  const windowSeconds = whole(parameters.get("w"));
  const counted = /^"(?<unit>[a-z-]{1,24})"$/.exec(parameters.get("qu") ?? "")?.groups?.["unit"];
  if (limit === undefined && remaining === undefined && resetAt === undefined) return undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(resetAt !== undefined && { resetAt }),
    ...(windowSeconds !== undefined && windowSeconds > 0 && { windowSeconds }),
    ...(counted !== undefined && { counted }),
  };
}

function draft07(field: string, clock: AnswerClock): PolicyLimit | undefined {
  const pairs = field.split(",").map((part) => /^\s*(limit|remaining|reset)=(\d{1,15})\s*$/.exec(part));
  if (!pairs.every((pair) => pair !== null)) return undefined;
  const told = new Map(pairs.map(([, key = "", value = ""]) => [key, value]));
  const short = [
    ["q", told.get("limit")],
    ["r", told.get("remaining")],
    ["t", told.get("reset")],
  ] as const;
  return toldBy(new Map(short.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))), clock);
}

interface Item {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function itemsOf(field: string): readonly Item[] {
  if (field.length > LONGEST || !LIST.test(field)) return [];
  return [...field.matchAll(new RegExp(ITEM, "g"))].map(([item]) => {
    const [text = ""] = new RegExp(TEXT).exec(item) ?? [];
    const parameters = [...item.slice(text.length).matchAll(new RegExp(PARAMETER, "g"))].map(([parameter]) => {
      const [key = "", ...value] = parameter.slice(1).trim().split("=");
      return [key, value.join("=")] as const;
    });
    return { name: text.slice(1, -1).replace(/\\(["\\])/g, "$1"), parameters: new Map(parameters) };
  });
}

/** An Integer of structured fields, without the sign that none of these may have. */
function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
