import { type AccountMemory, takeOutcome } from "../engine/account.ts";
import { evaluateAccount } from "../engine/evaluate.ts";
import { resumeAccount } from "../engine/resume.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { Reading } from "../quota/reading.ts";

export const endOf = ({ at, seconds }: ReadOutcome) => new Date(at.getTime() + seconds * 1000);

/** A memory of before, gone on with by these outcomes through the code that the daemon lives by, and readied for this process. */
export function relived(
  memory: AccountMemory,
  account: Account,
  outcomes: readonly ReadOutcome[],
  settings: EngineSettings,
): AccountMemory {
  for (const outcome of outcomes) {
    takeOutcome(memory, account, outcome, settings);
    evaluateAccount(memory, account, { now: endOf(outcome).getTime() / 1000, startedAt: 0 }, settings);
  }
  return resumeAccount(memory);
}

/** The newest outcomes, and as many of the older ones: all of them would only be thinned out again, at some cost. */
export function forCharts(outcomes: readonly ReadOutcome[]): readonly ReadOutcome[] {
  const older = Math.max(0, outcomes.length - NEWEST);
  const every = Math.ceil(older / NEWEST);
  return outcomes.filter((_, index) => index >= older || index % every === 0);
}

/** Twice what a chart has points. */
const NEWEST = 400;

/** What a reading says of its quota that no series does. */
type Facts = Pick<Reading, "sliding" | "refillPerSecond" | "models" | "partial">;

export function factsOf(readings: readonly Reading[]): ReadonlyMap<string, Facts> {
  return new Map(
    readings.flatMap(({ quota, sliding, refillPerSecond, models, partial }): [string, Facts][] => {
      const facts = {
        ...(sliding !== undefined && { sliding }),
        ...(refillPerSecond !== undefined && { refillPerSecond }),
        ...(models !== undefined && { models }),
        ...(partial !== undefined && { partial }),
      };
      return Object.keys(facts).length === 0 ? [] : [[quota, facts]];
    }),
  );
}

export function withFacts(outcomes: readonly ReadOutcome[], facts: ReadonlyMap<string, Facts>): ReadOutcome[] {
  return outcomes.map((outcome) => {
    if (!outcome.ok) return outcome;
    const readings = outcome.answer.readings.map((reading) => ({ ...reading, ...facts.get(reading.quota) }));
    return { ...outcome, answer: { ...outcome.answer, readings } };
  });
}
