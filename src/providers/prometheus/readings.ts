import { UpstreamError } from "../../http/upstream-error.ts";
import { AMOUNTS, SHARES, shareIn } from "../../mapping/shares.ts";
import type { Trace } from "../../mapping/trace.ts";
import { amountsIn } from "../../quota/counters.ts";
import type { Reading } from "../../quota/reading.ts";
import { EpochTime } from "../fields.ts";
import { describeQuestion, type Question, type Values } from "./questions.ts";
import { type ReadingRule, VALUES } from "./settings.ts";

type ValueKey = (typeof VALUES)[number];

/** Everything to be asked, each expression once. */
export function questionsOf(rules: readonly ReadingRule[]): readonly Question[] {
  const questions = rules.flatMap((rule) => VALUES.flatMap((key) => questionOf(rule, key) ?? []));
  return questions.filter(
    ({ expression }, index) => questions.findIndex((other) => other.expression === expression) === index,
  );
}

function questionOf(rule: ReadingRule, key: ValueKey): Question | undefined {
  const expression = rule[key];
  return expression === undefined ? undefined : { where: `${rule.quota}.${key}`, expression };
}

/** What each expression found, in the order in which they stand. */
export function tracesOf(rules: readonly ReadingRule[], values: Values, at: string): readonly Trace[] {
  return rules.flatMap((rule, index) =>
    VALUES.flatMap((key): readonly Trace[] => {
      const expression = rule[key];
      const found = expression === undefined ? undefined : values.get(expression);
      if (expression === undefined || found === undefined) return [];
      const about = { field: `readings.${index}.${key}`, quota: rule.quota, expression, at };
      return "value" in found
        ? [{ ...about, outcome: "value", told: String(found.value) }]
        : [{ ...about, outcome: "null", told: found.unknown }];
    }),
  );
}

export function toReading(rule: ReadingRule, values: Values, now: Date): Reading {
  const amounts = amountsOf(rule, values);
  const { quota, kind, unit, enforcement, period, sliding, models, partial } = rule;
  return {
    ...{ quota, kind, unit, readAt: now },
    ...amounts,
    ...timesOf(rule, values, now),
    ...(period !== undefined && { periodSeconds: period }),
    ...(sliding === true && { sliding }),
    ...(models !== undefined && { models }),
    ...(partial === true && { partial }),
    enforcement,
    source: "api",
    confidence: amounts === undefined ? "degraded" : "reported",
  };
}

/** Undefined where one of them is not known: the last good ones stand until they are stale. */
function amountsOf(rule: ReadingRule, values: Values): Pick<Reading, "limit" | "remaining" | "used"> | undefined {
  const keys = [...AMOUNTS, ...SHARES].filter((key) => rule[key] !== undefined);
  const numbers = new Map(keys.map((key) => [key, numberOf(rule, key, values)]));
  if ([...numbers.values()].includes(undefined)) return undefined;
  if (rule.unit !== "ratio") return amountsIn(Object.fromEntries(numbers));
  return shareIn(numbers);
}

const PERCENT = "no share in percent";
const FRACTION = "no share from 0 to 1; there are keys for percents";
/** A boost may leave more than all of it, and an overrun less than nothing. */
const BOUNDS = {
  limit: [0, Number.MAX_VALUE, "no limit, as it is below 0"],
  remaining: [-Number.MAX_VALUE, Number.MAX_VALUE, ""],
  used: [0, Number.MAX_VALUE, "no use, as it is below 0"],
  fraction_remaining: [-1, 2, FRACTION],
  fraction_used: [0, 2, FRACTION],
  percent_remaining: [-900, 1000, PERCENT],
  percent_used: [0, 1000, PERCENT],
} as const satisfies Record<
  Exclude<ValueKey, "reset_at" | "reset_in" | "expires_at">,
  readonly [number, number, string]
>;

function numberOf(rule: ReadingRule, key: keyof typeof BOUNDS, values: Values): number | undefined {
  const value = told(rule, key, values);
  const [least, most, what] = BOUNDS[key];
  if (value === undefined || (value >= least && value <= most)) return value;
  throw wrong(rule, key, what);
}

function told(rule: ReadingRule, key: ValueKey, values: Values): number | undefined {
  const expression = rule[key];
  const found = expression === undefined ? undefined : values.get(expression);
  return found !== undefined && "value" in found ? found.value : undefined;
}

function timesOf(rule: ReadingRule, values: Values, now: Date): Pick<Reading, "resetAt" | "expiresAt"> {
  const resetAt = timeOf(rule, "reset_at", values) ?? timeFromNow(rule, values, now);
  const expiresAt = timeOf(rule, "expires_at", values);
  return { ...(resetAt !== undefined && { resetAt }), ...(expiresAt !== undefined && { expiresAt }) };
}

/** 0 stands for no time at all, as wherever a gauge holds one. */
function timeOf(rule: ReadingRule, key: "reset_at" | "expires_at", values: Values): Date | undefined {
  const value = told(rule, key, values);
  if (value === undefined || value === 0) return undefined;
  const { data } = EpochTime.safeParse(value);
  if (data === undefined) throw wrong(rule, key, "no time in epoch seconds");
  return data;
}

const LONGEST_WAIT = 10 * 366 * 86_400;

/** A wait that is over says nothing of when the next one ends. */
function timeFromNow(rule: ReadingRule, values: Values, now: Date): Date | undefined {
  const seconds = told(rule, "reset_in", values);
  if (seconds === undefined || seconds <= 0) return undefined;
  if (seconds > LONGEST_WAIT) throw wrong(rule, "reset_in", "no time in seconds until a reset");
  return new Date(now.getTime() + seconds * 1000);
}

function wrong(rule: ReadingRule, key: ValueKey, what: string): UpstreamError {
  const question = questionOf(rule, key);
  const name = question === undefined ? rule.quota : describeQuestion(question);
  return new UpstreamError("malformed", `${name} gives a number that is ${what}`);
}
