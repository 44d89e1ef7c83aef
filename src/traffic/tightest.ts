import { ratioOf } from "../quota/amounts.ts";
import { holds, type Reading } from "../quota/reading.ts";

/** So many models of one bucket are told apart. */
const MOST_MODELS = 64;

/**
 * Providers keep a bucket per model and tell it under one name. What is told of the account is the one that refuses first:
 * the lowest of those whose window has not ended.
 */
export function createTightest(staleAfterSeconds: number) {
  const buckets = new Map<string, Map<string, Reading>>();

  /** The reading that stands for its quota now that this one was told by a call to a model. */
  return function tightest(reading: Reading, model: string | undefined): Reading {
    if (reading.kind !== "rate_limit" || model === undefined) return reading;
    const now = reading.readAt.getTime() / 1000;
    const ofQuota = buckets.get(reading.quota) ?? new Map<string, Reading>();
    buckets.set(reading.quota, ofQuota);
    ofQuota.delete(model);
    ofQuota.set(model, { ...reading, models: [model] });
    for (const [name, other] of ofQuota) if (!holds(other, staleAfterSeconds, now)) ofQuota.delete(name);
    const [oldest] = ofQuota.keys();
    if (ofQuota.size > MOST_MODELS && oldest !== undefined) ofQuota.delete(oldest);
    return [...ofQuota.values()].reduce((lowest, other) => (shareOf(other) < shareOf(lowest) ? other : lowest), {
      ...reading,
      models: [model],
    });
  };
}

const shareOf = (reading: Reading) => (reading.refused === true ? 0 : (ratioOf(reading) ?? Infinity));
