import type { Clock, Load } from "./load.ts";

export interface BucketScript {
  /** The size of the bucket, and what flows back into it each minute. */
  readonly perMinute: number;
  readonly load: Load;
  /** The load starts over after so long. Without it, its last step goes on for ever. */
  readonly repeatsAfterSeconds?: number;
}

export interface BucketState {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until it is full again, if nobody asks. */
  readonly fullAfterMs: number;
}

/**
 * A limit per minute as a bucket that is refilled all the time; a real minute, as the headers tell it. The provider
 * refuses what finds it empty. Computed from the time alone, so it does not matter how often anybody looks.
 */
export class SimulatedBucket {
  readonly #script: BucketScript;
  readonly #clock: Clock;
  readonly #startedAt: number;

  constructor(script: BucketScript, clock: Clock = Date.now) {
    this.#script = script;
    this.#clock = clock;
    this.#startedAt = clock();
  }

  read(): BucketState {
    const { perMinute } = this.#script;
    const level = this.#level();
    const fullAfterMs = Math.round(((perMinute - level) / perMinute) * 60_000);
    return { limit: perMinute, remaining: Math.floor(level + ROUNDING), fullAfterMs };
  }

  #level(): number {
    const { perMinute, load, repeatsAfterSeconds: round = Infinity } = this.#script;
    const steps = [{ fromSeconds: 0, perSecond: 0 }, ...load];
    let left = (this.#clock() - this.#startedAt) / 1000;
    let level = perMinute;
    for (; left > 0; left -= round) {
      const end = Math.min(left, round);
      for (const [index, { fromSeconds, perSecond }] of steps.entries()) {
        const seconds = Math.max(0, Math.min(steps[index + 1]?.fromSeconds ?? end, end) - fromSeconds);
        level = Math.min(perMinute, Math.max(0, level + (perMinute / 60 - perSecond) * seconds));
      }
    }
    return level;
  }
}

/** A margin for binary fractions. */
const ROUNDING = 1e-6;
