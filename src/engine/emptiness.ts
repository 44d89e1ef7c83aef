import { ratioOf, remainingOf } from "../quota/amounts.ts";
import { recentRate } from "./meter.ts";
import { type Case, type Judgement, leastDrySpell, severityOf } from "./verdict.ts";

/** The verdict on a quota with nothing left, `hold` while that waits to be confirmed, undefined when there is something left. */
export function judgeEmpty(current: Case): Judgement | "hold" | undefined {
  const { memory, reading, at, meter, around, settings } = current;
  const remaining = remainingOf(reading);
  const isEmpty = (remaining !== undefined && remaining <= 0) || reading.refused === true;
  if (!isEmpty) {
    memory.emptyReadings = 0;
    return memory.state === "exhausted" && !isBack(current) ? "hold" : undefined;
  }
  memory.emptyReadings++;
  if (reading.kind === "credits" && !memory.seenAbove && reading.refused !== true)
    return { state: "unknown", severity: "none" };
  if (reading.enforcement === "soft") return undefined;
  if (around.hasOtherBalance) return memory.state === "topup" ? "hold" : undefined;
  if (memory.state === "exhausted" || isDue(current)) return "hold";
  if (memory.emptyReadings < settings.confirm_readings && !explainsEmptiness(current)) return "hold";
  const timeLeft = meter.resetAt === undefined ? Infinity : meter.resetAt - at;
  memory.ranOutLate = timeLeft < leastDrySpell(reading, settings);
  return { state: "exhausted", severity: severityOf(memory.ranOutLate ? "warning" : "critical", reading, around) };
}

/** The reset is due and not yet seen: what is told may still be of the old window. */
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
