import { z } from "zod";
import { CALENDAR_PERIODS, type CalendarPeriod, isZone, type Weekday } from "../quota/calendar.ts";
import type { Declaration, DeclaredWindow } from "../quota/declaration.ts";
import type { Enforcement, Unit } from "../quota/reading.ts";
import { scalar } from "./scalars.ts";

const MINUTE = 60;
const DAY = 86_400;

/** Shorter ones refill before a person could act. */
const SHORTEST = 10 * MINUTE;
/** Counts are kept for 35 days: the longest window, and a day for what is told late. */
const LONGEST = 34 * DAY;

/** Keys that only a declared quota has. */
const DECLARED_KEYS = ["kind", "zone", "week_start", "sliding", "expires_at", "weights", "models"] as const;

export const DECLARED_KINDS = ["calendar", "rolling", "credits"] as const;
/** What a declared quota may be counted in, or, for the last three, paid with. */
export const DECLARED_UNITS = [
  "requests",
  "tokens",
  "input_tokens",
  "output_tokens",
  "credits",
  "usd",
  "cny",
] as const satisfies readonly Unit[];
const COUNTED_UNITS: readonly Unit[] = ["requests", "tokens", "input_tokens", "output_tokens"];

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

export const expiry = scalar({ type: "string", pattern: DATE.source }, (input) => {
  const at = typeof input === "string" && DATE.test(input) ? new Date(input) : undefined;
  // JavaScript takes 31 February for a day in March.
  const isDay = at !== undefined && Number.isFinite(at.getTime()) && isRealDay(String(input).slice(0, 10));
  if (isDay) return { value: at };
  return { problem: "needs a date such as 2026-12-31, whose first moment in UTC is meant, or 2026-12-31T18:00:00Z" };
});

function isRealDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return Number.isFinite(at.getTime()) && at.toISOString().startsWith(day);
}

export const zone = scalar({ type: "string", pattern: "^[A-Za-z][A-Za-z0-9+_/-]*$" }, (input) => {
  if (typeof input === "string" && isZone(input)) return { value: input };
  return { problem: "needs the IANA name of a time zone, such as America/Los_Angeles or UTC" };
});

const pattern = z.string().trim().min(1).max(128);
export const patterns = z.array(pattern).min(1).max(100);
export const weights = z.record(pattern, z.number().positive().max(1_000_000));

/** What may stand under a quota, and each key is right by itself. */
interface QuotaSettings {
  readonly unit?: (typeof DECLARED_UNITS)[number] | undefined;
  readonly limit?: number | undefined;
  readonly kind?: (typeof DECLARED_KINDS)[number] | undefined;
  /** Seconds, or the name of a period. */
  readonly period?: number | CalendarPeriod | undefined;
  readonly enforcement?: Enforcement | undefined;
  readonly zone?: string | undefined;
  readonly week_start?: Weekday | undefined;
  readonly sliding?: boolean | undefined;
  readonly expires_at?: Date | undefined;
  readonly weights?: Readonly<Record<string, number>> | undefined;
  readonly models?: readonly string[] | undefined;
}

type Problem = readonly [key: keyof QuotaSettings, text: string];
type Rule = (settings: QuotaSettings) => string | undefined | false;

const seconds = ({ period }: QuotaSettings) => (typeof period === "number" ? period : undefined);

/** What a declared quota needs beyond what each key says by itself, in the order in which it is told. */
const RULES: readonly (readonly [keyof QuotaSettings, Rule])[] = [
  ["limit", ({ limit }) => limit === undefined && "a declared quota needs its limit in its own unit"],
  ["kind", ({ kind }) => kind === undefined && "a declared quota needs calendar, rolling or credits"],
  [
    "period",
    (all) =>
      all.kind === "calendar" && calendarPeriod(all) === undefined && "a calendar quota needs day, week or month here",
  ],
  ["period", (all) => all.kind === "rolling" && rollingProblem(all)],
  ["period", ({ kind, period }) => kind === "credits" && period !== undefined && "credits have no period; remove it"],
  ["expires_at", ({ kind, expires_at }) => expires_at !== undefined && isOther(kind, "credits")],
  ["zone", ({ kind, zone: of }) => of !== undefined && isOther(kind, "calendar")],
  ["sliding", ({ kind, sliding }) => sliding !== undefined && isOther(kind, "rolling")],
  [
    "week_start",
    (all) => all.week_start !== undefined && calendarPeriod(all) !== "week" && "belongs to a calendar week; remove it",
  ],
  ["unit", uncountable],
];

const isOther = (kind: QuotaSettings["kind"], wanted: string) =>
  kind !== undefined && kind !== wanted && `belongs to kind: ${wanted}; remove it`;

function rollingProblem(settings: QuotaSettings): string | false {
  const length = seconds(settings);
  if (length === undefined) return "a rolling quota needs the length of its window here, such as 5h";
  const fits = length >= SHORTEST && length <= LONGEST && length % MINUTE === 0;
  return !fits && "needs whole minutes from 10m to 34d";
}

/** Without weights, of what is paid by the call nobody knows what a call costs. */
function uncountable({ unit, kind, weights: given, expires_at }: QuotaSettings): string | false {
  if (unit === undefined || COUNTED_UNITS.includes(unit)) return false;
  if (kind !== undefined && kind !== "credits")
    return "can only be declared with kind: credits; a window is counted in requests or tokens";
  if (given === undefined)
    return (
      expires_at === undefined && "cannot be counted by itself; add weights with the price of a request, or expires_at"
    );
  return !("*" in given) && 'needs the price of a request to any other model; add "*" as the last of weights';
}

/** What is wrong with the keys of one quota together. */
export function quotaProblems(settings: QuotaSettings): readonly Problem[] {
  if (settings.unit === undefined) {
    const alone = DECLARED_KEYS.filter((key) => settings[key] !== undefined);
    const named = typeof settings.period === "string" ? (["period"] as const) : [];
    return [
      ...alone.map((key): Problem => [key, "belongs to a declared quota; add unit, such as unit: requests"]),
      ...named.map(
        (key): Problem => [
          key,
          "needs a duration such as 30d; a period of the calendar is for a declared quota, which has a unit",
        ],
      ),
    ];
  }
  return RULES.flatMap(([key, rule]): Problem[] => {
    const text = rule(settings);
    return typeof text === "string" ? [[key, text]] : [];
  });
}

/** A day or a week may also be written as a duration. */
function calendarPeriod({ period }: QuotaSettings): CalendarPeriod | undefined {
  if (period === DAY) return "day";
  if (period === 7 * DAY) return "week";
  return CALENDAR_PERIODS.find((name) => name === period);
}

/** The quotas that a config declares; the others it only overrides. */
export function declarationsOf(quotas: Readonly<Record<string, QuotaSettings>>): readonly Declaration[] {
  return Object.entries(quotas).flatMap(([quota, settings]): Declaration[] => {
    const { unit, limit, enforcement = "hard", weights: given, models } = settings;
    const window = windowOf(settings);
    if (unit === undefined || limit === undefined || window === undefined) return [];
    return [
      {
        ...{ quota, unit, limit, window, enforcement },
        weights: Object.entries(given ?? {}).map(([model, factor]) => ({ model, factor })),
        ...(models !== undefined && { models }),
        countable: COUNTED_UNITS.includes(unit) || given !== undefined,
      },
    ];
  });
}

function windowOf(settings: QuotaSettings): DeclaredWindow | undefined {
  const { kind, zone: of = "UTC", week_start = "monday", sliding = false, expires_at } = settings;
  if (kind === "credits") return { kind, ...(expires_at !== undefined && { expiresAt: expires_at }) };
  const length = seconds(settings);
  if (kind === "rolling" && length !== undefined) return { kind, minutes: length / MINUTE, sliding };
  const period = calendarPeriod(settings);
  if (kind !== "calendar" || period === undefined) return undefined;
  return { kind, period, zone: of, weekStart: week_start };
}
