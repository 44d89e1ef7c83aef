import { eachSlot } from "./slots.ts";

/**
 * What was used in a sliding window and when, in slots of time: its use leaves it one window later. A provider tells only
 * the sum; what came in is the change of the sum and what went out, which is known from one window before. Plain data;
 * times in seconds.
 */
export interface GrossUse {
  readonly period: number;
  /** What came in before is a guess. */
  readonly since: number;
  at: number;
  /** Rings of slots. */
  readonly use: number[];
  /** Seconds in which something could be used. */
  readonly active: number[];
}

/** Of a window. A few more, so that a slot which is being filled is not one that is being emptied. */
const SLOTS = 100;
const RING = SLOTS + 2;

/** Nobody knows when what is used already was used: evenly over the window. */
export function newGrossUse(period: number, at: number, used: number): GrossUse {
  const gross = { period, since: at, at, use: Array<number>(RING).fill(0), active: Array<number>(RING).fill(0) };
  eachPlace(gross, at - period, at, (slot, share) => {
    gross.use[slot] = (gross.use[slot] ?? 0) + (used * share) / SLOTS;
  });
  return gross;
}

/** Where a slot has its place in the rings. */
const placeOf = (slot: number) => ((slot % RING) + RING) % RING;

/** Calls `visit` with the place of each slot between two instants, and which share of it lies between them. */
function eachPlace(
  { period }: GrossUse,
  from: number,
  to: number,
  visit: (place: number, share: number) => void,
): void {
  const length = period / SLOTS;
  eachSlot(length, { from, to }, (slot, seconds) => visit(placeOf(slot), seconds / length));
}

function between(gross: GrossUse, values: readonly number[], from: number, to: number): number {
  let sum = 0;
  eachPlace(gross, from, to, (slot, share) => {
    sum += (values[slot] ?? 0) * share;
  });
  return sum;
}

/** What came in between two instants of the last window. */
export const cameIn = (gross: GrossUse, from: number, to: number): number => between(gross, gross.use, from, to);

/** Units per second over the last so many seconds in which something could be used; undefined if there were none. */
export function grossRate(gross: GrossUse, seconds: number): number | undefined {
  const from = Math.max(gross.since, gross.at - Math.min(seconds, gross.period));
  const active = between(gross, gross.active, from, gross.at);
  return active > 0 ? cameIn(gross, from, gross.at) / active : undefined;
}

/** Takes the sum as it is told now. `couldUse`: since it was told last something was left. */
export function takeSum(
  gross: GrossUse,
  now: { readonly at: number; readonly used: number; readonly before: number; readonly couldUse: boolean },
): void {
  const { period } = gross;
  const { at, used } = now;
  const elapsed = at - gross.at;
  const wentOut = cameIn(gross, gross.at - period, at - period);
  const length = period / SLOTS;
  for (let slot = Math.floor(gross.at / length) + 1; slot <= Math.floor(at / length); slot++) {
    gross.use[placeOf(slot)] = 0;
    gross.active[placeOf(slot)] = 0;
  }
  const came = Math.max(0, used - now.before + wentOut);
  eachPlace(gross, gross.at, at, (slot, share) => {
    gross.use[slot] = (gross.use[slot] ?? 0) + (came * share * length) / elapsed;
    if (now.couldUse) gross.active[slot] = (gross.active[slot] ?? 0) + share * length;
  });
  gross.at = at;
  scaleTo(gross, used);
}

/** The sum is what the provider says, whatever was guessed of its parts. */
function scaleTo(gross: GrossUse, used: number): void {
  const sum = cameIn(gross, gross.at - gross.period, gross.at);
  if (sum <= 0) return;
  const factor = Math.max(0, used) / sum;
  for (const [slot, value] of gross.use.entries()) gross.use[slot] = value * factor;
}
