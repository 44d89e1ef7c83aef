import { evaluate, type Found, fieldsOf, type Scope } from "./evaluate.ts";
import type { Trace } from "./trace.ts";
import { type Told, toNumber } from "./values.ts";

/** An answer that a mapping does not fit. The message names the JSON path and the expression, and no value. */
export class MappingError extends Error {
  override readonly name = "MappingError";
}

/** Hears of every expression before it is evaluated, as one may never end, and of what it found. */
export interface Listener {
  begins(step: Pick<Trace, "field" | "expression" | "at">): void | Promise<void>;
  found(trace: Trace): void;
}

export interface Question<T> {
  /** Where the expression stands, as `readings.0.limit`. */
  readonly field: string;
  readonly quota?: string | undefined;
  readonly expression: string;
  readonly scope: Scope;
  readonly convert: (found: Found) => Told<T>;
}

/** What an expression tells. Throws a `MappingError` for what makes no sense where it stands. */
export async function ask<T>(question: Question<T>, listener: Listener): Promise<Exclude<Told<T>, { is: "wrong" }>> {
  const { field, quota, expression, scope, convert } = question;
  const { at } = scope;
  await listener.begins({ field, expression, at });
  const found = await evaluate(expression, scope);
  const told = convert(found);
  const about = { field, expression, at, ...(quota !== undefined && { quota }) };
  if (told.is === "wrong") {
    listener.found({ ...about, outcome: "wrong", told: told.why });
    throw new MappingError(`${culprit(expression, scope)}: ${quoted(field, expression)} ${told.why}`);
  }
  const words = told.is === "value" ? shown(told.value) : `unknown: ${whyNothing(found.is, question)}`;
  // A condition about what is not there is no, and looks like any other.
  const lacking = told.is === "value" && told.value === false ? absentFields(expression, scope) : undefined;
  listener.found({ ...about, outcome: told.is, told: words, ...(lacking !== undefined && { lacking }) });
  return told;
}

/** What to say of an expression that a reading cannot do without. */
export function nothingFound({ field, expression, scope }: Omit<Question<unknown>, "convert">): string {
  return `${culprit(expression, scope)}: ${quoted(field, expression)} finds nothing`;
}

const LONGEST_SHOWN = 120;

export function quoted(field: string, expression: string): string {
  const text = expression.replaceAll(/\s+/g, " ").trim();
  return `${field} = "${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}"`;
}

/** The field of the answer that an expression stumbles over, as far as that can be told. */
function culprit(expression: string, scope: Scope): string {
  const fields = fieldsOf(expression, scope);
  const missing = fields.find(({ state }) => state !== "value");
  const odd = fields.find(({ value }) => toNumber({ is: "value", value }).is !== "value");
  return (missing ?? odd ?? fields[0])?.path ?? scope.at;
}

function whyNothing(is: Found["is"], { expression, scope }: Pick<Question<unknown>, "expression" | "scope">): string {
  // As 0 does in place of a time.
  if (is === "value") return "it gives what stands for none";
  return absentFields(expression, scope) ?? (is === "null" ? "it gives null" : "it gives nothing");
}

/** Those that the answer does not tell; undefined where it tells all that an expression reads. */
function absentFields(expression: string, scope: Scope): string | undefined {
  const without = fieldsOf(expression, scope).filter(({ state }) => state !== "value");
  const parts = without.map(({ path, state }) => `${path} is ${state === "null" ? "null" : "not there"}`);
  return parts.length === 0 ? undefined : parts.slice(0, 3).join(", ");
}

function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" ? "an object" : String(value);
}
