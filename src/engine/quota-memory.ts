import type { QuotaOverride } from "../quota/account.ts";
import { isGood, remainingOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import type { Severity, State } from "../quota/state.ts";
import type { QuotaAlert } from "./alerts.ts";
import { type Outlook, outlook, windowsOf } from "./forecast.ts";
import { type Meter, type MeterEvent, newMeter, observe } from "./meter.ts";
import type { EngineSettings } from "./settings.ts";

/** A firing alert as the engine remembers it. Times in seconds. */
export interface Firing {
  readonly since: number;
  readonly severity: Severity;
}

/** Everything the engine knows of one quota: plain data, so that a store can keep it. Times in seconds. */
export interface QuotaMemory {
  readonly quota: string;
  readonly firstAt: number;
  /** The last reading of any kind. */
  latest: Reading;
  /** The last good one: what is shown and judged. */
  good: Reading | undefined;
  meter: Meter | undefined;
  outlook: Outlook | undefined;
  /** As judged at the last good reading. */
  state: State;
  severity: Severity;
  /** A state that is wanted but not believed yet, and by how many readings in a row. */
  wanted: { state: State; severity: Severity; readings: number } | undefined;
  /** Readings in a row that speak for leaving the present state. */
  clearing: number;
  /** Readings in a row that showed nothing left. */
  emptyReadings: number;
  /** The quota ran out so shortly before its reset that nobody need act. */
  ranOutLate: boolean;
  /** Something was left at least once: a balance that never had anything says nothing. */
  seenAbove: boolean;
  /** The reminder of this cycle has been given. */
  reminded: boolean;
  /** The last readings of a per-minute bucket. */
  bucket: { readonly at: number; readonly low: boolean }[];
  firing: Partial<Record<QuotaAlert, Firing>>;
  /** One of its alerts has been shown as critical, and still lasts. */
  paged: boolean;
  /** What the severity is lowered to beside a worse quota of the account. */
  shownSeverity: Severity | undefined;
  /** Since when, and in how many, good answers of the account left it out. */
  missing: { readonly since: number; readonly answers: number } | undefined;
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
    outlook: undefined,
    state: "unknown",
    severity: "none",
    wanted: undefined,
    clearing: 0,
    emptyReadings: 0,
    ranOutLate: false,
    seenAbove: false,
    reminded: false,
    bucket: [],
    firing: {},
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
    ...reading,
    ...(override.enforcement !== undefined && { enforcement: override.enforcement }),
    ...(override.periodSeconds !== undefined && { periodSeconds: override.periodSeconds }),
  };
}

/** Takes a reading into the memory; returns what it was, or undefined when it was not good enough to be judged. */
export function takeReading(memory: QuotaMemory, reading: Reading, settings: EngineSettings): MeterEvent | undefined {
  memory.latest = reading;
  memory.missing = undefined;
  memory.gone = false;
  if (!isGood(reading)) return undefined;
  const changedUnit = memory.good !== undefined && memory.good.unit !== reading.unit;
  memory.good = reading;
  const remaining = remainingOf(reading);
  if (remaining !== undefined && remaining > 0) memory.seenAbove = true;
  const span = windowsOf(reading, settings).long;
  let event: MeterEvent = "first";
  if (memory.meter === undefined) memory.meter = newMeter(reading, span);
  else if (changedUnit) memory.meter = restartMeter(memory.meter, reading, span);
  else event = observe(memory.meter, reading, span, settings);
  if (memory.meter !== undefined && event !== "repeated") memory.outlook = outlook(reading, memory.meter, settings);
  return event;
}

/** Another unit is another measure: what was counted so far cannot be continued, only the totals of events stay. */
function restartMeter(old: Meter, reading: Reading, span: number): Meter | undefined {
  const meter = newMeter(reading, span);
  return meter === undefined
    ? undefined
    : { ...meter, resets: old.resets, topups: old.topups, limitChanges: old.limitChanges };
}
