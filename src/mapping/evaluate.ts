import jsonata from "jsonata";
import { type FieldPath, fieldsIn } from "./expression.ts";
import { ArgumentError } from "./names.ts";

/** What an expression found in an answer. */
export type Found =
  | { readonly is: "value"; readonly value: unknown }
  | { readonly is: "missing" | "null" }
  /** In words that follow the expression; none of them is out of the answer. */
  | { readonly is: "wrong"; readonly why: string };

/** What an expression is evaluated on. */
export interface Scope {
  readonly item: unknown;
  /** JSON path of the item. */
  readonly at: string;
  /** What it finds under names that begin with `$`. */
  readonly names: Readonly<Record<string, unknown>>;
}

/** One that takes longer loops: an honest one takes a few milliseconds. */
const LONGEST_MS = 1000;
/** How deep calls may nest. */
const DEEPEST = 200;
/** How many items a list that an expression makes may have. */
const LONGEST_LIST = 20_000;

const LIMITS = { timeout: LONGEST_MS, stack: DEEPEST, sequence: LONGEST_LIST };

/** Those of the config: to read one takes longer than to evaluate it. */
const compiled = new Map<string, jsonata.Expression>();

function compile(expression: string): jsonata.Expression {
  const known = compiled.get(expression) ?? jsonata(expression, LIMITS);
  compiled.set(expression, known);
  return known;
}

/** Never throws. A calculation with null is null: the provider says that it does not know. */
export async function evaluate(expression: string, { item, names }: Scope): Promise<Found> {
  try {
    const value: unknown = await compile(expression).evaluate(item, names);
    if (value === undefined) return { is: "missing" };
    return value === null ? { is: "null" } : { is: "value", value };
  } catch (error) {
    const isUnknown = isAboutType(error) && fieldsOf(expression, { item, names }).some(({ state }) => state === "null");
    return isUnknown ? { is: "null" } : { is: "wrong", why: reasonOf(error) };
  }
}

const isAboutType = (error: unknown): boolean => /^(?:T|D3030)/.test(codeOf(error)) || error instanceof ArgumentError;

function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["D1011", `calls itself more than ${DEEPEST} levels deep`],
  ["D1012", `takes longer than ${LONGEST_MS} ms`],
  ["D2014", `makes a list of more than ${LONGEST_LIST}`],
  ["D2015", `makes a list of more than ${LONGEST_LIST}`],
  ["D1001", "gives a number that is out of range"],
  ["D3030", "makes a number of what is none"],
  ["D3137", "fails by $error"],
  ["D3141", "fails by $assert"],
  ["T1006", "calls what is no function"],
  ["T2001", "calculates with what is no number"],
  ["T2002", "calculates with what is no number"],
  ["T2009", "compares what is of two kinds"],
  ["T2010", "compares what is no number and no text"],
]);

/** The message of the error itself may quote the answer. */
function reasonOf(error: unknown): string {
  if (error instanceof ArgumentError) return `finds ${error.message}`;
  const code = codeOf(error);
  if (code === "T0410" || code === "T0412") return misuseIn(error, code);
  return REASONS.get(code) ?? (/^[A-Z]\d{4}$/.test(code) ? `fails with ${code} of JSONata` : "fails");
}

/** Of a function of JSONata: its name and the place of the argument are those of the expression. */
function misuseIn(error: unknown, code: string): string {
  const { token, index } =
    typeof error === "object" && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const name = typeof token === "string" && /^\w{1,40}$/.test(token) ? `$${token}` : "a function";
  const place = typeof index === "number" ? `, as argument ${index}` : "";
  // Of a list with other things than numbers; amounts in texts are the usual ones.
  const hint = code === "T0412" && SUMS.has(name) ? "; $amount(…) makes a number of a text" : "";
  return `gives ${name} what is not for it${place}${hint}`;
}

const SUMS: ReadonlySet<string> = new Set(["$sum", "$max", "$min", "$average"]);

interface Field {
  /** JSON path. */
  readonly path: string;
  readonly state: "missing" | "null" | "value";
  readonly value: unknown;
}

/** The fields that the expressions of the config read: most are asked for at every read. */
const fieldPaths = new Map<string, readonly FieldPath[]>();

/** What the fields hold that an expression reads. */
export function fieldsOf(
  expression: string,
  { item, at = "$", names }: Omit<Scope, "at"> & Partial<Scope>,
): readonly Field[] {
  const fields = fieldPaths.get(expression) ?? fieldsIn(expression);
  fieldPaths.set(expression, fields);
  return fields.map(({ isFromAnswer, keys }) => {
    const value = valueAt(isFromAnswer ? names["answer"] : item, keys);
    const state = value === undefined ? "missing" : value === null ? "null" : "value";
    return { path: jsonPath(isFromAnswer ? "$" : at, keys), state, value };
  });
}

/** Stands for the several values that names lead to behind a list. */
const SEVERAL: readonly unknown[] = [];

function valueAt(from: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return SEVERAL;
    const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    return isObject ? Reflect.get(value, key) : undefined;
  }, from);
}

/** The keys are those of an expression, so of the config. */
function jsonPath(at: string, keys: readonly string[]): string {
  return keys.reduce((path, key) => (/^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`), at);
}
