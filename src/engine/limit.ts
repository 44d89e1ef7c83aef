import type { Reading, Unit } from "../quota/reading.ts";
import { type Agreed, agree, nothingAgreed } from "./agreed.ts";
import type { EngineSettings } from "./settings.ts";

type Grant = number | "unlimited";

/**
 * What a quota grants. The meter believes a new limit at once when a cycle begins, since use must be counted; an alert
 * has time for a second reading. Times in seconds.
 */
export interface LimitMemory {
  readonly unit: Unit;
  readonly agreed: Agreed<Grant>;
  /** The grant before the first cut, when that was, and when the last one was: one alert, however many cuts. */
  cut: { readonly from: Grant; readonly since: number; readonly at: number } | undefined;
}

export const newLimitMemory = (unit: Unit): LimitMemory => ({ unit, agreed: nothingAgreed(), cut: undefined });

/** Takes a good reading; returns the memory that goes on from it. Amounts of another unit cannot be compared. */
export function noteLimit(before: LimitMemory, reading: Reading, settings: EngineSettings): LimitMemory {
  const told = grantOf(reading);
  if (told === undefined) return before;
  const memory = before.unit === reading.unit ? before : newLimitMemory(reading.unit);
  const isSame = (a: Grant, b: Grant) => isNear(a, b, settings.limit_cut_share);
  const at = reading.readAt.getTime() / 1000;
  const earlier = memory.agreed.held;
  agree(memory.agreed, told, at, settings, isSame);
  const { held } = memory.agreed;
  if (held === earlier || held === undefined || earlier === undefined) return memory;
  const { cut } = memory;
  if (isBelow(held, earlier)) memory.cut = { from: cut?.from ?? earlier, since: cut?.since ?? at, at };
  else if (cut !== undefined && (isSame(held, cut.from) || isBelow(cut.from, held))) memory.cut = undefined;
  return memory;
}

/**
 * The limit of credits is the total of what was granted and falls as grants lapse; that of a share is 1 by definition;
 * headers name that of whatever model was asked.
 */
function grantOf({ kind, unit, source, limit, unlimited }: Reading): Grant | undefined {
  const isAsked = source === "api" || source === "probe";
  if (kind === "credits" || unit === "ratio" || !isAsked) return undefined;
  return unlimited === true ? "unlimited" : limit;
}

function isNear(a: Grant, b: Grant, share: number): boolean {
  if (a === "unlimited" || b === "unlimited") return a === b;
  return Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b));
}

const isBelow = (a: Grant, b: Grant): boolean => a !== "unlimited" && (b === "unlimited" || a < b);
