import { formatDuration, formatNumber, formatShare, secondsBetween, unitWord } from "../quota/format.ts";
import type { QuotaEntry } from "./order.ts";

const UNKNOWN = "–";
const FULL = "█";
const EMPTY = "░";

/** `watch (soft)`: that a soft quota stops nobody is part of what its state means. */
export const stateCell = ({ state, enforcement }: QuotaEntry): string =>
  enforcement === "soft" ? `${state} (soft)` : state;

const shareOf = ({ remaining_ratio, unit, remaining }: QuotaEntry): number | null =>
  remaining_ratio ?? (unit === "ratio" ? remaining : null);

/** The share that is left: a bar that long, and the percentage. Unknown is no bar, neither a full nor an empty one. */
export function shareCell(quota: QuotaEntry, barLength: number): string {
  const share = shareOf(quota);
  if (share === null) return quota.state === "unlimited" ? "no cap" : UNKNOWN;
  return [bar(share, barLength), formatShare(share)].filter(Boolean).join(" ");
}

/** In one column what else takes two: the share, or the amount where no share is known. */
export function leftCell(quota: QuotaEntry, barLength: number): string {
  const isAmount = shareOf(quota) === null && quota.remaining !== null;
  return isAmount ? amountOf(quota.remaining, quota, false) : shareCell(quota, barLength);
}

/** Full only when nothing is missing, empty only when nothing is left. */
function bar(share: number, length: number): string {
  const inside = Math.min(Math.max(Math.round(share * length), 1), length - 1);
  const filled = share <= 0 ? 0 : share >= 1 ? length : inside;
  return length === 0 ? "" : FULL.repeat(filled) + EMPTY.repeat(length - filled);
}

export function amountOf(value: number | null, { unit }: QuotaEntry, hasUnit: boolean): string {
  if (value === null) return UNKNOWN;
  return `${formatNumber(value, unit)} ${hasUnit ? unitWord(unit) : ""}`.trim();
}

/** The time left, `now` for what was due already; short is `2h25m`. */
export function untilCell(time: string | null, now: Date, isShort: boolean): string {
  if (time === null) return UNKNOWN;
  const left = secondsBetween(now, new Date(time));
  const text = left <= 0 ? "now" : formatDuration(left);
  return isShort ? text.replaceAll(" ", "") : text;
}
