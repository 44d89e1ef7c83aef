import { usedOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import type { QuotaMemory } from "./quota-memory.ts";

/** Windows that end no further apart than this share of their length are the same. */
const SAME_WINDOW = 0.1;
/** In seconds: a count that is older is not of now. */
const LATEST = 600;

/**
 * How far our own count is from what the provider tells of the same window, as a share of the limit: above 0 where we
 * have counted more. Undefined unless both are known.
 */
export function driftOf({ good: told, counted }: QuotaMemory, now: number): number | undefined {
  if (told === undefined || counted === undefined || told.source === "count" || told.source === "declared")
    return undefined;
  if (told.unit !== counted.unit || told.kind !== counted.kind || now - counted.readAt.getTime() / 1000 > LATEST)
    return undefined;
  const [ours, theirs] = [usedOf(counted), usedOf(told)];
  if (ours === undefined || theirs === undefined || told.limit === undefined || told.limit <= 0) return undefined;
  return isSameWindow(told, counted) ? (ours - theirs) / told.limit : undefined;
}

/** Two that slide are the same where they are as long; others end at the same time. */
function isSameWindow(told: Reading, counted: Reading): boolean {
  if (told.kind === "credits") return true;
  const length = told.periodSeconds ?? counted.periodSeconds ?? DAY;
  if (told.sliding === true || counted.sliding === true)
    return told.sliding === counted.sliding && told.periodSeconds === counted.periodSeconds;
  if (told.resetAt === undefined || counted.resetAt === undefined) return false;
  return Math.abs(told.resetAt.getTime() - counted.resetAt.getTime()) <= SAME_WINDOW * length * 1000;
}

const DAY = 86_400;
