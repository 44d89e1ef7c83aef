import { goDurationMs } from "../http/go-duration.ts";
import { httpDate } from "../http/http-date.ts";
import type { Found } from "./evaluate.ts";

/** What a field of a reading gets out of what its expression found. `T` where something is told. */
export type Told<T> = { readonly is: "value"; readonly value: T } | Exclude<Found, { readonly is: "value" }>;

const value = <T>(given: T): Told<T> => ({ is: "value", value: given });
const wrong = (why: string): Told<never> => ({ is: "wrong", why });
const NOTHING: Told<never> = { is: "null" };

/** What a value is, in words; never the value. */
export function kindOf(given: unknown): string {
  if (given === null) return "null";
  if (Array.isArray(given)) return "a list";
  switch (typeof given) {
    case "string":
      return "a text";
    case "number":
      return Number.isFinite(given) ? "a number" : "no finite number";
    case "boolean":
      return given ? "true" : "false";
    case "object":
      return "an object";
    default:
      return "a function";
  }
}

const DECIMAL = /^[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?$/;

/** A number, or one written in a text. */
export function toNumber(found: Found): Told<number> {
  if (found.is !== "value") return found;
  const { value: given } = found;
  const number = typeof given === "string" && DECIMAL.test(given.trim()) ? Number(given) : given;
  if (typeof number === "number" && Number.isFinite(number)) return value(number);
  const isAmount = typeof given === "string" && /\d/.test(given) && given.length < 40;
  return wrong(`gives ${kindOf(given)} where a number is needed${isAmount ? "; $amount(…) reads $1,234.50" : ""}`);
}

/** A number that makes sense as an amount of its kind. */
export function toAmount(found: Found, { least, most, what }: Bounds): Told<number> {
  const told = toNumber(found);
  if (told.is !== "value") return told;
  return told.value >= least && told.value <= most ? told : wrong(`gives a number that is ${what}`);
}

export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** A number outside of them. */
  readonly what: string;
}

/** Missing and null are no. */
export function toFlag(found: Found): Told<boolean> {
  if (found.is === "wrong") return found;
  if (found.is !== "value") return value(false);
  if (typeof found.value === "boolean") return value(found.value);
  return wrong(`gives ${kindOf(found.value)} where true or false is needed`);
}

/** A text, or a number as text. */
export function toText(found: Found): Told<string> {
  if (found.is !== "value") return found;
  const { value: given } = found;
  if (typeof given === "string") return given.trim() === "" ? NOTHING : value(given.trim());
  if (typeof given === "number" && Number.isFinite(given)) return value(String(given));
  return wrong(`gives ${kindOf(given)} where a text is needed`);
}

export function toOneOf<T extends string>(found: Found, choices: readonly T[]): Told<T> {
  const told = toText(found);
  if (told.is !== "value") return told;
  const choice = choices.find((one) => one === told.value);
  return choice === undefined ? wrong(`gives none of ${choices.join(", ")}`) : value(choice);
}

export const TIME_FORMATS = [
  "auto",
  "iso",
  "http_date",
  "epoch_s",
  "epoch_ms",
  "delta_s",
  "delta_ms",
  "duration",
] as const;
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** 2001-09-09 to 2100: any other time is a mistake of the sender, or in another unit. */
const EARLIEST = 1e12;
const LATEST = Date.UTC(2100, 0, 1);
/** Three years: nothing waits longer. */
const LONGEST_WAIT_MS = 1e11;
/** From here on a number without a format counts milliseconds since 1970, and from 1e9 on seconds. */
const FIRST_MILLISECONDS = 1e11;
const FIRST_SECONDS = 1e9;

/** 0, an empty text and a time before 2001 are how many APIs write that there is none. */
export function toTime(found: Found, format: TimeFormat, now: Date): Told<Date> {
  if (found.is !== "value") return found;
  const { value: given } = found;
  if (given === "" || given === 0 || given === "0") return NOTHING;
  const ms = typeof given === "string" ? fromText(given.trim(), format, now) : fromNumber(given, format, now);
  if (ms === undefined) return wrong(`gives ${kindOf(given)} that is no time${asFormat(format)}`);
  if (ms < EARLIEST) {
    // Of a positive number it is another: seconds that were taken for milliseconds.
    const isNone = ms <= 0 || (typeof given === "string" && !DECIMAL.test(given));
    return isNone ? NOTHING : wrong(`gives a time before 2001${asFormat(format)}`);
  }
  return ms < LATEST ? value(new Date(ms)) : wrong(`gives a time after 2099${asFormat(format)}`);
}

const asFormat = (format: TimeFormat): string => (format === "auto" ? "" : ` as ${format}`);

function fromNumber(given: unknown, format: TimeFormat, now: Date): number | undefined {
  if (typeof given !== "number" || !Number.isFinite(given)) return undefined;
  switch (format) {
    case "epoch_s":
      return given * 1000;
    case "epoch_ms":
      return given;
    case "delta_s":
      return after(given * 1000, now);
    case "delta_ms":
      return after(given, now);
    case "auto":
      if (given >= FIRST_MILLISECONDS) return given;
      return given >= FIRST_SECONDS ? given * 1000 : after(given * 1000, now);
    default:
      return undefined;
  }
}

const after = (ms: number, now: Date): number | undefined =>
  Math.abs(ms) < LONGEST_WAIT_MS ? now.getTime() + ms : undefined;

function fromText(text: string, format: TimeFormat, now: Date): number | undefined {
  if (format === "duration") return waitOf(text, now);
  if (format === "http_date") return httpDate(text);
  if (format === "iso") return isoTime(text);
  const number = DECIMAL.test(text) ? fromNumber(Number(text), format, now) : undefined;
  if (format !== "auto" || number !== undefined) return number;
  return isoTime(text) ?? httpDate(text) ?? waitOf(text, now);
}

function waitOf(text: string, now: Date): number | undefined {
  const ms = goDurationMs(text);
  return ms === undefined ? undefined : after(ms, now);
}

const ISO = /^(\d{4}-\d{2}-(\d{2}))(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Without a zone UTC is meant, and a date is its first moment there. */
function isoTime(text: string): number | undefined {
  const [, date = "", day, time = "00:00", zone = "Z"] = ISO.exec(text) ?? [];
  if (date === "" || new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(day)) return undefined;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const ms = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
}
