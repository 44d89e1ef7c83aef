import { type Clock, demand, IDLE, type Load } from "./load.ts";

export interface WindowScript {
  readonly limit: number;
  readonly periodSeconds: number;
  /** What is left of the window that is open at the start; a whole period if not given. */
  readonly resetsInSeconds?: number;
  readonly usedAtStart?: number;
  readonly load?: Load;
  /** Use goes on past the limit. Otherwise the provider refuses at zero, and use stops there. */
  readonly soft?: boolean;
  /** The reported reset time is off by up to this much, by a different amount each second. */
  readonly resetJitterSeconds?: number;
}

export interface WindowState {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Epoch milliseconds, as NanoGPT reports it. */
  readonly resetAt: number;
}

interface Mark {
  readonly opensAt: number;
  readonly at: number;
  readonly used: number;
}

/**
 * A quota that a scripted load uses up and that starts again every period. Its state is computed from the time and
 * the events so far and from nothing else, so it does not matter how often anybody looks.
 */
export class SimulatedWindow {
  /** The provider answers that it cannot tell the counters at the moment. */
  degraded = false;
  readonly #script: WindowScript;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #periodMs: number;
  #mark: Mark;

  constructor(script: WindowScript, clock: Clock = Date.now) {
    const now = clock();
    this.#script = script;
    this.#clock = clock;
    this.#startedAt = now;
    this.#periodMs = script.periodSeconds * 1000;
    const resetAt = now + (script.resetsInSeconds ?? script.periodSeconds) * 1000;
    this.#mark = { opensAt: resetAt - this.#periodMs, at: now, used: script.usedAtStart ?? 0 };
  }

  read(): WindowState {
    const { opensAt, at, used } = this.#now();
    const { limit } = this.#script;
    const whole = Math.floor(used);
    const resetAt = opensAt + this.#periodMs + this.#jitterMs(at);
    return { limit, used: whole, remaining: Math.max(0, limit - whole), resetAt };
  }

  use(amount: number): void {
    const mark = this.#now();
    this.#mark = { ...mark, used: this.#withinLimit(mark.used + amount) };
  }

  /** The provider starts a new window ahead of time. */
  resetNow(): void {
    const now = this.#clock();
    this.#mark = { opensAt: now, at: now, used: 0 };
  }

  #now(): Mark {
    const now = this.#clock();
    const { opensAt, at, used } = this.#mark;
    const windowsPassed = Math.floor((now - opensAt) / this.#periodMs);
    if (windowsPassed <= 0) return { opensAt, at: now, used: this.#withinLimit(used + this.#demand(at, now)) };
    const opened = opensAt + windowsPassed * this.#periodMs;
    return { opensAt: opened, at: now, used: this.#withinLimit(this.#demand(opened, now)) };
  }

  #demand(from: number, to: number): number {
    const seconds = (instant: number) => (instant - this.#startedAt) / 1000;
    return demand(this.#script.load ?? IDLE, seconds(from), seconds(to));
  }

  #withinLimit(used: number): number {
    return this.#script.soft === true ? used : Math.min(used, this.#script.limit);
  }

  #jitterMs(now: number): number {
    const most = this.#script.resetJitterSeconds ?? 0;
    // A prime stride scatters neighbouring seconds without a random source.
    return (((Math.floor(now / 1000) * 7919) % (2 * most + 1)) - most) * 1000;
  }
}
