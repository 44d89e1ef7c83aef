import { z } from "zod";
import { nearest, suggestion } from "../quota/near-names.ts";
import { isShowable, type Path, type Problem } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** Checks a part of the config against its schema. `path` is where that part stands. */
export function check<T>(
  schema: z.ZodType<T>,
  input: unknown,
  path: Path,
): { readonly value: T | undefined; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(input);
  if (result.success) return { value: result.data, problems: [] };
  return { value: undefined, problems: toProblems(result.error, schema, input, path) };
}

/** What a schema found wrong, in words that say what would be right and never repeat a value. */
export function toProblems(error: z.ZodError, schema: z.ZodType, input: unknown, path: Path): readonly Problem[] {
  return error.issues.flatMap((issue): readonly Problem[] => {
    const inner = issue.path.filter((key) => typeof key !== "symbol");
    const at = [...path, ...inner];
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, inner);
      return issue.keys.map((key) => ({ path: [...at, key], text: unknownKey(key, known), atKey: true }));
    }
    if (issue.code === "invalid_key") {
      return [{ path: at, text: lowerFirst(issue.issues[0]?.message ?? issue.message), atKey: true }];
    }
    return [{ path: at, text: describe(issue, valueAt(input, inner)) }];
  });
}

const KEY_WORDS: ReadonlySet<string> = new Set(["apikey", "key", "token", "accesstoken", "secret", "password"]);

/** Longer text is no mistyped key. */
const LONGEST_KEY = 40;

function unknownKey(key: string, known: readonly string[]): string {
  if (known.includes("api_key_env") && KEY_WORDS.has(key.replaceAll(/[_-]/g, "").toLowerCase())) {
    return "a key never stands in this file; name its environment variable with api_key_env, or its file with api_key_file";
  }
  if (!isShowable(key)) {
    const [meant] = key.length <= LONGEST_KEY ? nearest(key, known) : [];
    if (meant !== undefined) return `unknown key, did you mean "${meant}"?`;
    return 'this key is unknown; a line has the form "key: value", with a space after the colon';
  }
  if (known.length === 0) return `unknown key "${key}"; remove it`;
  return `unknown key "${key}", ${suggestion(key, known)}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "keys with values",
  record: "keys with values",
};

function describe(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `${verdict(value)}needs ${KINDS[issue.expected] ?? issue.expected}${received(value, issue.expected)}`;
    case "invalid_value":
      return `needs ${issue.values
        .map(String)
        .join(", ")
        .replace(/, ([^,]*)$/, " or $1")}`;
    case "too_small":
      if (issue.origin === "string") return "is empty; needs text";
      return `needs ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `needs ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    default:
      return `${verdict(value)}${lowerFirst(issue.message)}`;
  }
}

function verdict(value: unknown): string {
  if (value === undefined) return "is missing; ";
  return value === null ? "has no value; " : "";
}

function received(value: unknown, expected: string): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return ", not a list";
  if (typeof value === "object") return ", not keys with values";
  if (expected === "string")
    return `, not ${typeof value === "number" ? "a number" : "true or false"}; put it in "quotes"`;
  // A fraction, or infinity: the schema has said what would be right.
  if (typeof value === "number" && expected !== "boolean") return "";
  return `, not ${KINDS[typeof value] ?? typeof value}`;
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

/** The keys that the object at a path of the schema knows; none if the schema is of another kind there. */
function keysAt(schema: unknown, path: Path): readonly string[] {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  const [key, ...rest] = path;
  if (schema instanceof z.ZodObject)
    return key === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[key], rest);
  if (schema instanceof z.ZodRecord && key !== undefined) return keysAt(schema.valueType, rest);
  if (schema instanceof z.ZodArray && key !== undefined) return keysAt(schema.element, rest);
  return [];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
