import type { ReadOutcome } from "../quota/account.ts";
import type { PollRecord } from "../quota/poll-log.ts";

/** Enough to see when an account began to fail, and how. */
const MOST_KEPT = 20;

/** The last outcomes of one account, the newest first. What was read is not kept. */
export function createPollRing() {
  let polls: readonly PollRecord[] = [];
  return {
    add(outcome: ReadOutcome): void {
      polls = [toRecord(outcome), ...polls.slice(0, MOST_KEPT - 1)];
    },
    polls: () => polls,
  };
}

function toRecord(outcome: ReadOutcome): PollRecord {
  const { at, seconds } = outcome;
  if (outcome.ok) return { at, seconds, failure: undefined, readings: outcome.answer.readings.length };
  const { reason, message } = outcome;
  return { at, seconds, failure: { reason, message }, readings: undefined };
}
