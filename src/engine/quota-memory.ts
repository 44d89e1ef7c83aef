import type { QuotaOverride } from "../quota/account.ts";
import { hasAmounts, isGood, remainingOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import type { Severity, State } from "../quota/state.ts";
import type { QuotaAlert } from "./alerts.ts";
import { beginCounters } from "./counters.ts";
import { outlook } from "./forecast.ts";
import { type LimitMemory, newLimitMemory, noteLimit } from "./limit.ts";
import { type Meter, type MeterEvent, newMeter } from "./meter.ts";
import { observe } from "./observe.ts";
import { type Outlook, windowsOf } from "./outlook.ts";
import type { EngineSettings } from "./settings.ts";

/** A firing alert as the engine remembers it. Times in seconds. */
export interface Firing {
  readonly since: number;
  readonly severity: Severity;
}

/** The part of the memory that a new cycle ends. */
export type Episode = Pick<QuotaMemory, "state" | "severity" | "reminded" | "firing">;

/** Everything the engine knows of one quota: plain data, so that a store can keep it. Times in seconds. */
export interface QuotaMemory {
  readonly quota: string;
  readonly firstAt: number;
  /** The last reading of any kind. */
  latest: Reading;
  /** The last good one: what is shown and judged. */
  good: Reading | undefined;
  /** What we counted last, where another source has told better. */
  counted?: Reading;
  meter: Meter | undefined;
  limit: LimitMemory;
  outlook: Outlook | undefined;
  /** As judged at the last good reading. */
  state: State;
  severity: Severity;
  /** A state that is wanted but not believed yet, and by how many readings in a row. */
  wanted: { state: State; severity: Severity; readings: number } | undefined;
  /** Readings in a row that speak for leaving the present state, and since when they do. */
  clearing: number;
  clearingSince: number;
  /** Readings in a row that showed nothing left. */
  emptyReadings: number;
  /** Something was left at least once: a balance that never had anything says nothing. */
  seenAbove: boolean;
  /** The reminder of this cycle has been given. */
  reminded: boolean;
  /** The last readings of a per-minute bucket. */
  bucket: { readonly at: number; readonly low: boolean }[];
  /** When calls were last refused for a per-minute bucket, at most once in each minute. */
  refusedAt: number[];
  firing: Partial<Record<QuotaAlert, Firing>>;
  /** What a rise ended that may yet turn out to be a lie. */
  replaced: Episode | undefined;
  /** It has been shown as critical, and still is. */
  paged: boolean;
  /** What the severity is lowered to beside a worse quota of the account. */
  shownSeverity: Severity | undefined;
  /** From the first to the last, and how many, good answers in a row left it out. */
  missing: { readonly since: number; readonly until: number; readonly answers: number } | undefined;
  /** The provider has dropped it; only its counters are still shown. */
  gone: boolean;
}

export function newQuotaMemory(reading: Reading): QuotaMemory {
  return {
    quota: reading.quota,
    firstAt: reading.readAt.getTime() / 1000,
    latest: reading,
    good: undefined,
    meter: undefined,
    limit: newLimitMemory(reading.unit),
    outlook: undefined,
    state: "unknown",
    severity: "none",
    wanted: undefined,
    clearing: 0,
    clearingSince: 0,
    emptyReadings: 0,
    seenAbove: false,
    reminded: false,
    bucket: [],
    refusedAt: [],
    firing: {},
    replaced: undefined,
    paged: false,
    shownSeverity: undefined,
    missing: undefined,
    gone: false,
  };
}

/** What the config says goes over what the provider tells. */
export function withOverride(reading: Reading, override: QuotaOverride | undefined): Reading {
  if (override === undefined) return reading;
  return {
    ...withLimit(reading, override.limit),
    ...(override.enforcement !== undefined && { enforcement: override.enforcement }),
    ...(override.periodSeconds !== undefined && { periodSeconds: override.periodSeconds }),
  };
}

/** A limit of the config counts where the provider tells none: what is left is then our own arithmetic. */
function withLimit(reading: Reading, limit: number | undefined): Reading {
  if (limit === undefined || reading.limit !== undefined || reading.confidence === "degraded") return reading;
  const { unlimited: _, ...capped } = reading;
  return { ...capped, limit, confidence: "estimated" };
}

/** Takes a reading into the memory; returns what it was, or undefined when it was not good enough to be judged. */
export function takeReading(memory: QuotaMemory, reading: Reading, settings: EngineSettings): MeterEvent | undefined {
  const isAgain = isSameWord(memory.good, reading);
  memory.latest = reading;
  memory.missing = undefined;
  memory.gone = false;
  if (!isGood(reading)) return undefined;
  memory.good = reading;
  memory.limit = noteLimit(memory.limit, reading, settings);
  const remaining = remainingOf(reading);
  if (remaining !== undefined && remaining > 0) memory.seenAbove = true;
  const span = windowsOf(reading, settings).long;
  let event: MeterEvent = "first";
  if (memory.meter === undefined) memory.meter = newMeter(reading, span);
  else if (memory.meter.unit !== reading.unit) memory.meter = restartMeter(memory.meter, reading, span);
  else event = observe(memory.meter, reading, span, settings);
  if (isAgain) event = "repeated";
  if (memory.meter !== undefined) beginCounters(memory.meter);
  if (memory.meter !== undefined && event !== "repeated") memory.outlook = outlook(reading, memory.meter, settings);
  return event;
}

/** Where no amount is told: the same call told once more, as by a sender that tries again, confirms nothing. */
function isSameWord(before: Reading | undefined, next: Reading): boolean {
  if (before === undefined || hasAmounts(next) || hasAmounts(before)) return false;
  const isSameTime = before.readAt.getTime() === next.readAt.getTime();
  return isSameTime && before.refused === next.refused && before.served === next.served;
}

/** Another unit is another measure: what was counted so far cannot be continued, only the totals of events stay. */
function restartMeter(old: Meter, reading: Reading, span: number): Meter {
  const meter = newMeter(reading, span);
  return meter === undefined
    ? old
    : { ...meter, resets: old.resets, topups: old.topups, limitChanges: old.limitChanges };
}
