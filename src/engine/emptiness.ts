import { hasAmounts, ratioOf, remainingOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import type { Meter } from "./meter.ts";
import type { EngineSettings } from "./settings.ts";
import { type Case, type Judgement, leastDrySpell, type Surroundings, severityOf } from "./verdict.ts";

/** The verdict on a quota with nothing left, `hold` while that waits to be confirmed, undefined when there is something left. */
export function judgeEmpty(current: Case): Judgement | "hold" | undefined {
  const { memory, reading, around } = current;
  const remaining = remainingOf(reading);
  const isRefused = reading.refused === true;
  if (!isRefused && (remaining === undefined || remaining > 0)) {
    memory.emptyReadings = 0;
    return memory.state === "exhausted" && !isBack(current) ? "hold" : undefined;
  }
  memory.emptyReadings++;
  // A balance that never had anything may belong to somebody who never uses it; one overdrawn was used.
  if (reading.kind === "credits" && !memory.seenAbove && !isRefused && remaining === 0)
    return { state: "unknown", severity: "none" };
  if (reading.enforcement === "soft") return undefined;
  if (around.hasOtherBalance) return besideOther(current, isRefused);
  return isConfirmed(current) ? exhaustedNow(reading, current.meter, around, current.settings) : "hold";
}

/** Another currency is left, so this one is never exhausted; but calls that are refused all the same are worth a warning. */
function besideOther(current: Case, isRefused: boolean): Judgement | "hold" | undefined {
  const { memory, reading, around } = current;
  if (memory.state === "topup") return "hold";
  if (!isRefused) return undefined;
  return isConfirmed(current) ? { state: "watch", severity: severityOf("warning", reading, around) } : "hold";
}

/** Nothing new begins once the reset is due, since what is told may still be of the old window. */
function isConfirmed(current: Case): boolean {
  const { memory, settings } = current;
  if (settings.confirm_readings <= 1) return true;
  if (memory.state === "exhausted" || isDue(current)) return false;
  return memory.emptyReadings >= settings.confirm_readings || explainsEmptiness(current);
}

/** What running out is worth: little, where the reset is near. */
export function exhaustedNow(
  reading: Reading,
  meter: Meter | undefined,
  around: Surroundings,
  settings: EngineSettings,
): Judgement {
  const told = reading.resetAt === undefined ? undefined : reading.resetAt.getTime() / 1000;
  const resetAt = meter === undefined ? told : (meter.resetAt ?? (hasAmounts(reading) ? undefined : told));
  const timeLeft = resetAt === undefined ? Infinity : resetAt - reading.readAt.getTime() / 1000;
  const isLate = timeLeft < leastDrySpell(reading, settings);
  return { state: "exhausted", severity: severityOf(isLate ? "warning" : "critical", reading, around) };
}

/** The reset is due and not yet seen. */
export const isDue = ({ meter, at }: Case): boolean => meter.resetAt !== undefined && at >= meter.resetAt;

/** What was left at the reading before could have been used since, at the rate known by then. */
function explainsEmptiness({ memory, meter, event, settings }: Case): boolean {
  if (event !== "use" || memory.emptyReadings !== 1 || meter.readings <= settings.min_readings) return false;
  const before = meter.previousRemaining;
  return before !== undefined && before > 0 && before <= EXPLAINED_FACTOR * meter.expectedUse;
}

/** Use is bursty: so many times the recent use is still no surprise. */
const EXPLAINED_FACTOR = 3;

/** An exhausted quota is back after a reset or top-up, with a clear share left, or when several readings agree. */
function isBack({ memory, reading, event, settings }: Case): boolean {
  if (event === "doubtful") return false;
  memory.clearing++;
  const ratio = ratioOf(reading);
  return (ratio !== undefined && ratio > settings.exhausted_leave) || memory.clearing >= settings.clear_readings;
}
