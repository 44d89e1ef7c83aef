import { type Clock, demand, IDLE, type Load } from "./load.ts";

export interface BalanceScript {
  readonly amount: number;
  readonly load?: Load;
  /** In order of time. */
  readonly topUps?: readonly TopUp[];
}

interface TopUp {
  readonly atSeconds: number;
  readonly amount: number;
}

/** Prepaid money that a scripted load spends, down to zero and no further. Computed from time and events alone. */
export class SimulatedBalance {
  readonly #script: BalanceScript;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #mark: { readonly seconds: number; readonly amount: number };

  constructor(script: BalanceScript, clock: Clock = Date.now) {
    this.#script = script;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#mark = { seconds: 0, amount: script.amount };
  }

  read(): number {
    return this.#now().amount;
  }

  use(amount: number): void {
    const now = this.#now();
    this.#mark = { ...now, amount: Math.max(0, now.amount - amount) };
  }

  topUp(amount: number): void {
    const now = this.#now();
    this.#mark = { ...now, amount: now.amount + amount };
  }

  #now(): { readonly seconds: number; readonly amount: number } {
    const seconds = (this.#clock() - this.#startedAt) / 1000;
    const load = this.#script.load ?? IDLE;
    let { seconds: from, amount } = this.#mark;
    for (const topUp of this.#script.topUps ?? []) {
      if (topUp.atSeconds <= from || topUp.atSeconds > seconds) continue;
      amount = Math.max(0, amount - demand(load, from, topUp.atSeconds)) + topUp.amount;
      from = topUp.atSeconds;
    }
    return { seconds, amount: Math.max(0, amount - demand(load, from, seconds)) };
  }
}
