import { type AccountMemory, newAccountMemory, takeObserved, takeOutcome } from "../../src/engine/account.ts";
import { evaluateAccount } from "../../src/engine/evaluate.ts";
import { ENGINE_DEFAULTS, type EngineSettings } from "../../src/engine/settings.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { Account } from "../../src/quota/account.ts";
import type { FailureReason } from "../../src/quota/failure.ts";
import type { AccountReading, Reading } from "../../src/quota/reading.ts";

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;

/** A Monday at midnight, when every run begins. */
const START = new Date("2026-11-16T00:00:00.000Z");

/** An instant that many seconds into a run. */
export const at = (seconds: number): Date => new Date(START.getTime() + seconds * 1000);

/** What a reading tells beyond the template of its run; `undefined` takes a field away. */
export type Told = { readonly [Field in keyof Reading]?: Reading[Field] | undefined };

interface RunOptions {
  readonly account?: Partial<Account>;
  readonly settings?: Partial<EngineSettings>;
  /** What every reading of the run tells unless it says otherwise. */
  readonly reading?: Told;
}

/** A window of 1,000 requests over four hours, the first of which ends four hours into the run. */
export const FOUR_HOURS: Told = {
  quota: "requests",
  kind: "calendar",
  unit: "requests",
  limit: 1000,
  resetAt: at(4 * HOUR),
  periodSeconds: 4 * HOUR,
};

/** Prepaid dollars: no limit, no window. */
export const BALANCE: Told = { quota: "balance", kind: "credits", unit: "usd" };

const EVERY_READING = { enforcement: "hard", source: "api", confidence: "reported" } as const;

/** One account from its first reading on: readings and time go in, what the engine shows comes out. */
export function startRun({ account: given, settings: changed, reading: template = FOUR_HOURS }: RunOptions = {}) {
  const settings: EngineSettings = { ...ENGINE_DEFAULTS, ...changed };
  const account: Account = {
    provider: "acme",
    account: "main",
    labels: {},
    intervalSeconds: MINUTE,
    staleAfterSeconds: 10 * MINUTE,
    overrides: {},
    ...given,
  };
  const memory: AccountMemory = newAccountMemory();
  let now = 0;

  const show = (): AccountSnapshot => {
    const clock = { now: at(now).getTime() / 1000, startedAt: START.getTime() / 1000 };
    return evaluateAccount(memory, account, clock, settings);
  };
  const readAll = (readings: readonly Told[], over: Partial<AccountReading> = {}): AccountSnapshot => {
    const answer = {
      metered: true,
      ...over,
      readings: readings.map((told) => toReading({ ...template, ...told }, now)),
    };
    takeOutcome(memory, account, { ok: true, at: at(now), seconds: 0.1, answer }, settings);
    return show();
  };

  return {
    /** Seconds since the run began. */
    now: () => now,
    /** Lets that many seconds pass; negative for a clock that is set back. */
    pass(seconds: number): AccountSnapshot {
      now += seconds;
      return show();
    },
    /** Reads one quota now. */
    read: (told: Told): QuotaSnapshot => only(readAll([told])),
    /** Reads several quotas in one answer. */
    readAll,
    /** Reads one quota again and again, `every` seconds apart, the first time after that long. */
    readEach(every: number, series: readonly Told[]): QuotaSnapshot[] {
      return series.map((told) => {
        now += every;
        return only(readAll([told]));
      });
    },
    /** Live traffic tells of these quotas, outside of a read. */
    observe(...readings: readonly Told[]): AccountSnapshot {
      const told = readings.map((one) => toReading({ source: "headers", ...template, ...one }, now));
      takeObserved(memory, account, told, settings);
      return show();
    },
    fail(reason: FailureReason, over: { readonly expired?: true } = {}): AccountSnapshot {
      const outcome = { ok: false, at: at(now), seconds: 0.1, reason, message: "no answer", ...over } as const;
      takeOutcome(memory, account, outcome, settings);
      return show();
    },
    show,
  };
}

export type Run = ReturnType<typeof startRun>;

function toReading(told: Told, now: number): Reading {
  const known = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  return { ...EVERY_READING, readAt: at(now), ...known } as Reading;
}

/** The one quota of an account that has one. */
export function only({ quotas }: AccountSnapshot): QuotaSnapshot {
  const [quota] = quotas;
  if (quota === undefined || quotas.length > 1) throw new Error(`the account has ${quotas.length} quotas`);
  return quota;
}

export function quotaOf({ quotas }: AccountSnapshot, name: string): QuotaSnapshot {
  const quota = quotas.find((candidate) => candidate.quota === name);
  if (quota === undefined) throw new Error(`no quota ${name}`);
  return quota;
}

/** `LLMQuotaExhausted critical`, in the order of the engine. */
export const alertsOf = ({ alerts }: Pick<QuotaSnapshot, "alerts">): string[] =>
  alerts.map(({ alert, severity }) => `${alert} ${severity}`);

/** Remaining amounts that fall by the same step, `count` of them, the first one step below `from`. */
export const falling = (from: number, step: number, count: number): Told[] =>
  Array.from({ length: count }, (_, index) => ({ remaining: from - step * (index + 1) }));
