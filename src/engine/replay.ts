import type { Account } from "../quota/account.ts";
import type { Reading } from "../quota/reading.ts";
import type { Severity, State } from "../quota/state.ts";
import { type AccountMemory, newAccountMemory, takeOutcome } from "./account.ts";
import { evaluateAccount } from "./evaluate.ts";
import type { EngineSettings } from "./settings.ts";
import type { QuotaSnapshot } from "./snapshot.ts";

export interface ReplayVerdict {
  readonly exhaustsAt: Date | undefined;
  readonly probability: number | undefined;
  readonly state: State;
  readonly severity: Severity;
  /** All that is known after the reading; undefined where it told nothing. */
  readonly quota: QuotaSnapshot | undefined;
}

const account = (name: string): Account => ({
  provider: "replay",
  account: name,
  labels: {},
  intervalSeconds: 60,
  staleAfterSeconds: Infinity,
  overrides: {},
});

/** Feeds recorded readings through the code that the daemon runs, each id a quota of its own; time is that of the readings. */
export function createReplay(settings: EngineSettings): (id: string, reading: Reading) => ReplayVerdict {
  const memories = new Map<string, { memory: AccountMemory; account: Account; startedAt: number }>();
  return (id, reading) => {
    const now = reading.readAt.getTime() / 1000;
    let known = memories.get(id);
    if (known === undefined) {
      known = { memory: newAccountMemory(), account: account(id), startedAt: now };
      memories.set(id, known);
    }
    const answer = { readings: [reading], metered: true };
    takeOutcome(known.memory, known.account, { ok: true, at: reading.readAt, seconds: 0, answer }, settings);
    const { quotas } = evaluateAccount(known.memory, known.account, { now, startedAt: known.startedAt }, settings);
    const quota = quotas[0];
    return {
      exhaustsAt: quota?.forecast?.likely,
      probability: quota?.forecast?.probability,
      state: quota?.state ?? "unknown",
      severity: quota?.severity ?? "none",
      quota,
    };
  };
}
