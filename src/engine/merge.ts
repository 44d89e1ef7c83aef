import { type Confidence, holds, isPassing, type Reading, type Source } from "../quota/reading.ts";

const TRUST: Readonly<Record<Confidence, number>> = { reported: 2, estimated: 1, degraded: 0 };
/** At the same instant and of the same confidence: who was asked knows better than who was overheard. */
const NEARNESS: Readonly<Record<Source, number>> = { api: 4, probe: 3, headers: 2, count: 1, declared: 0 };

/** A read takes no longer, and answers that were under way together are no further apart; beyond it a clock was set back. */
const MOST_LATE = 600;

/**
 * Whether a reading takes the place of what another source has told of the same quota. They never add up: the newest that
 * tells something wins, what the provider says itself stands against our own count for as long as it holds, and at the
 * same instant the more certain one is taken. `staleAfterSeconds` is the account's.
 */
export function supersedes(next: Reading, known: Reading | undefined, staleAfterSeconds: number): boolean {
  // What a read tells twice, and in which order, is for the meter to make sense of.
  if (known === undefined || (next.source === known.source && !isPassing(next))) return true;
  const at = next.readAt.getTime() / 1000;
  const before = known.readAt.getTime() / 1000;
  if (!holds(known, staleAfterSeconds, at) || before - at > MOST_LATE) return true;
  if (TRUST[next.confidence] !== TRUST[known.confidence] && isOwnArithmetic(next, known))
    return TRUST[next.confidence] > TRUST[known.confidence];
  if (at !== before) return at > before;
  return next.source === known.source || trustOf(next) > trustOf(known);
}

/**
 * An overheard reading with what a read of the same quota has told of its nature: headers say how much there is, and of the
 * window that it is counted over often nothing.
 */
export function completed(told: Reading, known: Reading | undefined): Reading {
  if (told.source !== "headers" || told.kind === "rate_limit" || known === undefined) return told;
  if (known.unit !== told.unit || known.source === "count" || known.source === "declared") return told;
  const { kind, enforcement, periodSeconds, resetAt } = known;
  const goesOn = told.resetAt === undefined && resetAt !== undefined && resetAt > told.readAt;
  return {
    ...told,
    kind,
    // Where calls are refused, it stops them by now, whatever else once paid for them.
    ...(told.refused !== true && { enforcement }),
    ...(told.periodSeconds === undefined && periodSeconds !== undefined && { periodSeconds }),
    ...(goesOn && { resetAt }),
  };
}

/** One of the two is what we have counted or what the config declares. */
const isOwnArithmetic = (...readings: readonly Reading[]) =>
  readings.some(({ source, confidence }) => source === "count" || source === "declared" || confidence === "degraded");

const trustOf = ({ confidence, source }: Reading) => 10 * TRUST[confidence] + NEARNESS[source];
