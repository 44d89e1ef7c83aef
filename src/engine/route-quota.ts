import { listedAs } from "./route-models.ts";
import { shown } from "./shown.ts";
import type { QuotaSnapshot } from "./snapshot.ts";

/** Half of the headroom is gone at this share, and half of the runway's worth at so many seconds. */
const SCARCE_RATIO = 0.1;
const SCARCE_RUNWAY = 3600;
/** What stands for a capacity that nobody has told: between plenty and nothing. It is a place in an order, never shown. */
export const UNKNOWN_CAPACITY = 0.5;
/** A bucket that tells neither a reset nor a rate is one per minute. */
const BUCKET_SECONDS = 60;

/** What one quota, or several, leave for calls of a model. */
export interface Weight {
  /** 0 for nothing to 1 for plenty. */
  readonly capacity: number;
  /** Nothing is left, or calls are refused, by a reading that none has confirmed yet. */
  readonly isEmpty: boolean;
  /** By valid data. */
  readonly isValid: boolean;
  /** The one that decides. */
  readonly quota: QuotaSnapshot;
}

/** Whether calls of this model need the quota. One that binds part of an account without saying which binds none for sure. */
export function binds({ reading, gone }: QuotaSnapshot, model: string): boolean {
  if (gone) return false;
  if (reading.models !== undefined) return listedAs(reading.models, model) !== undefined;
  return reading.partial !== true;
}

/** Until when the quota refuses calls, in seconds since the epoch: Infinity where that is not known. Undefined: it refuses none. */
export function closedUntil(quota: QuotaSnapshot, now: number): number | undefined {
  const { reading, state, valid } = quota;
  if (reading.enforcement === "soft") return undefined;
  if (reading.kind === "rate_limit") {
    const isEmpty = valid && ((shown(quota).remaining ?? 1) <= 0 || reading.refused === true);
    const until = isEmpty ? refilledAt(quota) : now;
    return until > now ? until : undefined;
  }
  if (state !== "exhausted") return undefined;
  const resetAt = secondsOf(reading.resetAt);
  return resetAt === undefined || resetAt <= now ? Infinity : resetAt;
}

function refilledAt({ reading }: QuotaSnapshot): number {
  const resetAt = secondsOf(reading.resetAt);
  if (resetAt !== undefined) return resetAt;
  const { refillPerSecond: rate = 0, remaining = 0, periodSeconds = BUCKET_SECONDS } = reading;
  const readAt = reading.readAt.getTime() / 1000;
  return readAt + (rate > 0 ? (1 - remaining) / rate : periodSeconds);
}

/** What one hard quota leaves; undefined for one that limits nobody for longer than a bucket takes to refill. */
export function weigh(quota: QuotaSnapshot, now: number): Weight | undefined {
  const { reading, valid, state } = quota;
  if (reading.enforcement === "soft" || reading.kind === "rate_limit") return undefined;
  // What is only heard of in passing is absent once its window is over.
  if (!valid && (reading.source === "headers" || reading.source === "count")) return undefined;
  if (!valid) return { quota, capacity: UNKNOWN_CAPACITY, isEmpty: false, isValid: false };
  const { ratio, remaining, forecast } = shown(quota);
  const isNothing = remaining !== undefined && remaining <= 0;
  const isEmpty = state !== "exhausted" && (isNothing || reading.refused === true);
  const capacity = isNothing
    ? 0
    : headroom(ratio, remaining, forecast !== undefined) * runwayWorth(forecast?.likely, now);
  return { quota, capacity: reading.unlimited === true ? 1 : capacity, isEmpty, isValid: true };
}

/** Plenty is plenty: what counts is how near the end is. */
function headroom(ratio: number | undefined, remaining: number | undefined, isForecast: boolean): number {
  if (ratio !== undefined) {
    const share = Math.min(1, Math.max(0, ratio));
    return ((1 + SCARCE_RATIO) * share) / (share + SCARCE_RATIO);
  }
  // Without a limit, only how long it lasts tells whether an amount is much.
  return remaining !== undefined && isForecast ? 1 : UNKNOWN_CAPACITY;
}

/** 1 for a quota that lasts. */
function runwayWorth(likely: Date | undefined, now: number): number {
  const at = secondsOf(likely);
  if (at === undefined) return 1;
  const runway = Math.max(0, at - now);
  return runway / (runway + SCARCE_RUNWAY);
}

/** Both are needed. Of two that leave the same, the first by name decides. */
export function together(one: Weight | undefined, other: Weight): Weight {
  if (one === undefined) return other;
  return {
    quota:
      other.capacity < one.capacity || (other.capacity === one.capacity && other.quota.quota < one.quota.quota)
        ? other.quota
        : one.quota,
    capacity: Math.min(one.capacity, other.capacity),
    isEmpty: one.isEmpty || other.isEmpty,
    isValid: one.isValid && other.isValid,
  };
}

/** Either is enough, as balances in two currencies. */
export function either(one: Weight | undefined, other: Weight | undefined): Weight | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const best = other.capacity > one.capacity ? other : one;
  return { ...best, isEmpty: one.isEmpty && other.isEmpty };
}

const secondsOf = (date: Date | undefined) => (date === undefined ? undefined : date.getTime() / 1000);
