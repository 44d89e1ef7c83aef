import { ratioOf, remainingOf } from "../quota/amounts.ts";
import { recentRate } from "./meter.ts";
import { type Case, type Judgement, leastDrySpell, severityOf } from "./verdict.ts";

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
  // A balance that never had anything may belong to somebody who never uses it.
  if (reading.kind === "credits" && !memory.seenAbove && !isRefused) return { state: "unknown", severity: "none" };
  if (reading.enforcement === "soft") return undefined;
  if (around.hasOtherBalance) return memory.state === "topup" ? "hold" : undefined;
  return isConfirmed(current) ? exhausted(current) : "hold";
}

/** Nothing new begins once the reset is due, since what is told may still be of the old window. */
function isConfirmed(current: Case): boolean {
  const { memory, settings } = current;
  if (memory.state === "exhausted" || isDue(current)) return false;
  return memory.emptyReadings >= settings.confirm_readings || explainsEmptiness(current);
}

function exhausted({ reading, at, meter, around, settings }: Case): Judgement {
  const timeLeft = meter.resetAt === undefined ? Infinity : meter.resetAt - at;
  const isLate = timeLeft < leastDrySpell(reading, settings);
  return { state: "exhausted", severity: severityOf(isLate ? "warning" : "critical", reading, around) };
}

/** The reset is due and not yet seen. */
export const isDue = ({ meter, at }: Case): boolean => meter.resetAt !== undefined && at >= meter.resetAt;

/** What was left at the reading before could have been used since. */
function explainsEmptiness({ memory, meter, event }: Case): boolean {
  if (event !== "use" || memory.emptyReadings !== 1) return false;
  const before = meter.previousRemaining;
  if (before === undefined || before <= 0) return false;
  const expected = recentRate(meter) * (meter.cadence ?? 0);
  return before <= Math.max(3 * expected, 2 * (meter.step ?? 0));
}

/** An exhausted quota is back after a reset or top-up, with a clear share left, or when several readings agree. */
function isBack({ memory, reading, event, settings }: Case): boolean {
  if (event === "doubtful") return false;
  memory.clearing++;
  const ratio = ratioOf(reading);
  return (ratio !== undefined && ratio > settings.exhausted_leave) || memory.clearing >= settings.clear_readings;
}
