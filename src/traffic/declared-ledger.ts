import { calendarWindow } from "../quota/calendar.ts";
import type { Declaration } from "../quota/declaration.ts";
import type { Reading } from "../quota/reading.ts";
import type { Tally } from "../quota/tally.ts";
import { createMinutes, type LedgerMinutes } from "./declared-minutes.ts";
import { fixedWindow, minuteOf, slidingUse, usedBetween } from "./windows.ts";

/** What a restart must know of a declared quota beside the counts. */
export interface LedgerMemory {
  /** Of what was counted: what was kept for another measure tells nothing of this one. */
  readonly measure: string;
  /** The minute of the first call that was counted; undefined before it. */
  readonly since: number | undefined;
  /** The start of a window that is over for good; see `fixedWindow`. */
  readonly anchor: number | undefined;
  /** Of credits: everything that was counted. */
  readonly total: number;
}

/** Counts for one declared quota. */
export interface Ledger {
  readonly declaration: Declaration;
  /** Counts calls, and tells whether they count for this quota. */
  take(minute: number, model: string, tally: Tally): boolean;
  /** What is known of the quota now; undefined once it has expired. */
  reading(now: Date): Reading | undefined;
  /** What is to be kept. It is the same object until it changes. */
  memory(): LedgerMemory;
  forget(before: number): void;
}

/** What must be the same for counts to go on. A package that expires at another time is another one. */
function measureOf({ unit, window }: Declaration): string {
  if (window.kind === "credits") return JSON.stringify([window.kind, unit, window.expiresAt]);
  return JSON.stringify(window.kind === "rolling" ? [window.kind, unit, window.minutes, window.sliding] : [unit]);
}

/** `minutes` is what was counted before, in the measure of this quota; credits need none. */
export function createLedger(
  declaration: Declaration,
  before: LedgerMemory | undefined,
  minutes: LedgerMinutes = createMinutes(declaration),
): Ledger {
  const { window } = declaration;
  const measure = measureOf(declaration);
  const isSame = before?.measure === measure;
  let memory: LedgerMemory = {
    measure,
    since: isSame ? before.since : minutes.first(),
    anchor: isSame ? before.anchor : undefined,
    total: isSame ? before.total : 0,
  };
  return {
    declaration,
    take(minute, model, tally) {
      const amount = minutes.take(minute, model, tally);
      if (amount === 0) return false;
      const since = Math.min(memory.since ?? minute, minute);
      const total = window.kind === "credits" ? memory.total + amount : 0;
      if (since !== memory.since || total !== memory.total) memory = { ...memory, since, total };
      return true;
    },
    reading(now) {
      if (window.kind === "credits" && window.expiresAt !== undefined && window.expiresAt <= now) return undefined;
      const told = { ...toldByConfig(declaration, now), readAt: now };
      if (memory.since === undefined) return { ...told, ...boundaryOf(declaration, now), source: "declared" };
      if (window.kind === "credits") return { ...told, source: "count", used: rounded(memory.total) };
      if (window.kind === "calendar") {
        const { from, to } = calendarWindow(window, now);
        const used = rounded(usedBetween(minutes.amounts, minuteOf(from), minuteOf(to)));
        return { ...told, source: "count", used, resetAt: to };
      }
      if (window.sliding) {
        const used = rounded(slidingUse(minutes.amounts, window.minutes, minuteOf(now)));
        return { ...told, source: "count", used, sliding: true };
      }
      const { start, used, anchor } = fixedWindow(minutes.amounts, window.minutes, minuteOf(now), memory.anchor);
      if (anchor !== memory.anchor) memory = { ...memory, anchor };
      const reset = start === undefined ? {} : { resetAt: new Date((start + window.minutes) * 60_000) };
      return { ...told, source: "count", used: rounded(used), ...reset };
    },
    memory: () => memory,
    forget: minutes.forget,
  };
}

/** Undefined for text that no such memory was made into: then it is counted anew. */
export function parseLedgerMemory(text: string | undefined): LedgerMemory | undefined {
  if (text === undefined) return undefined;
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof told !== "object" || told === null || !("measure" in told && typeof told.measure === "string"))
    return undefined;
  const numberOf = (key: string) => {
    const value: unknown = Reflect.get(told, key);
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  return {
    measure: told.measure,
    since: numberOf("since"),
    anchor: numberOf("anchor"),
    total: Math.max(0, numberOf("total") ?? 0),
  };
}

/** What is true whether anything was counted or not. */
function toldByConfig({ quota, unit, limit, enforcement, window, models }: Declaration, now: Date) {
  const isExact = models?.every((model) => !model.includes("*")) === true;
  return {
    quota,
    kind: window.kind,
    unit,
    readAt: now,
    limit,
    enforcement,
    confidence: "estimated",
    ...periodOf(window),
    ...(window.kind === "credits" && window.expiresAt !== undefined && { expiresAt: window.expiresAt }),
    ...(models !== undefined && { partial: true }),
    ...(isExact && { models }),
  } as const satisfies Partial<Reading>;
}

const DAY = 86_400;

/** In seconds. A month has no length of its own. */
function periodOf(window: Declaration["window"]): { periodSeconds?: number } {
  if (window.kind === "rolling") return { periodSeconds: window.minutes * 60 };
  if (window.kind === "credits" || window.period === "month") return {};
  return { periodSeconds: window.period === "day" ? DAY : 7 * DAY };
}

/** The calendar goes on whether anybody counts or not. */
const boundaryOf = ({ window }: Declaration, now: Date) =>
  window.kind === "calendar" ? { resetAt: calendarWindow(window, now).to } : {};

/** Sums of fractions are off by less. */
const rounded = (amount: number) => Math.round(amount * 1e9) / 1e9;
