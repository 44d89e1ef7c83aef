import { slug } from "../quota/open-names.ts";

/** What an expression may ask for beside the answer itself. */
export interface Surroundings {
  /** The time of the read. */
  readonly now: Date;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The path that was called, below `base_url`, as it is written in the config. */
  readonly path: string;
  /** How many pages of the answer have been read. */
  readonly page: number;
  /** The host of `base_url`. */
  readonly host: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** The values that every expression finds, beside `$answer` and `$index` of a list. */
export const BOUND_VALUES = ["answer", "index", "status", "path", "page", "host", "variables"] as const;

/** Our own functions, by name. Each throws what is not for it, and passes on what is missing. */
export const OWN_FUNCTIONS = {
  /** A number out of a text such as `$1,234.50`, `¥3` or `42`. */
  amount: (value: unknown) => (isUnknown(value) ? value : amountOf(value)),
  /** Of Google's `{ units, nanos }`. */
  money: (value: unknown) => (isUnknown(value) ? value : moneyOf(value)),
  /** A name of the provider's as it stands in a quota id. */
  slug: (value: unknown) => (isUnknown(value) ? value : slug(String(value))),
  /** As in JSONata, but for what is missing: it is not true either. */
  not: (value: unknown) => !isTruthy(value),
  /** `[{ key, value }, …]` of an object, to go through its keys. */
  entries: (value: unknown) => (isUnknown(value) ? value : entriesOf(value)),
} as const;

/** What a function of ours cannot make anything of. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/** For `evaluate` of JSONata. */
export function bindingsOf({ now, ...values }: Surroundings): Record<string, unknown> {
  return {
    ...OWN_FUNCTIONS,
    ...values,
    // Every expression of one read sees the same time, and it is the time of the reading.
    millis: () => now.getTime(),
    now: () => now.toISOString(),
  };
}

const isUnknown = (value: unknown): value is undefined | null => value === undefined || value === null;

/** As JSONata casts to boolean. */
function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTruthy);
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

const AMOUNT = /^([+-]?)\s*[$¥€£]?\s*([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,30})(\.\d{1,30})?$/;

function amountOf(value: unknown): number {
  if (typeof value === "number") return value;
  const [, sign = "", inner = "", whole, fraction = ""] =
    typeof value === "string" ? (AMOUNT.exec(value.trim()) ?? []) : [];
  if (whole === undefined || (sign !== "" && inner !== "")) throw new ArgumentError("no amount");
  return Number(`${sign}${inner}${whole.replaceAll(",", "")}${fraction}`);
}

function moneyOf(value: unknown): number {
  const { units = 0, nanos = 0 } = isRecord(value) ? value : { units: undefined };
  const whole = typeof units === "string" && /^[+-]?\d{1,18}$/.test(units) ? Number(units) : units;
  if (!Number.isSafeInteger(whole) || !Number.isSafeInteger(nanos)) throw new ArgumentError("no money");
  return Number(whole) + Number(nanos) / 1e9;
}

function entriesOf(value: unknown): readonly { readonly key: string; readonly value: unknown }[] {
  if (!isRecord(value)) throw new ArgumentError("no object");
  return Object.entries(value).map(([key, inner]) => ({ key, value: inner }));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
