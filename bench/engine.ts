// CPU and memory of the engine alone by quotas, each size in a process of its own: `npm run bench:engine`. Accounts of
// five quotas of different kinds are read once a minute and, as in the daemon, evaluated every 15 s besides.
import { fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { type AccountMemory, newAccountMemory, takeOutcome } from "../src/engine/account.ts";
import { evaluateAccount } from "../src/engine/evaluate.ts";
import { ENGINE_DEFAULTS } from "../src/engine/settings.ts";
import type { AccountSnapshot } from "../src/engine/snapshot.ts";
import type { Account } from "../src/quota/account.ts";
import type { Reading } from "../src/quota/reading.ts";
import { type SeededRandom, seededRandom } from "./backtest/seeded-random.ts";

const { values: options } = parseArgs({
  options: {
    quotas: { type: "string", default: "1000,10000,100000" },
    minutes: { type: "string", default: "10" },
    /** Of the processes that this one starts. */
    size: { type: "string" },
  },
});

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** A Monday at midnight. */
const START = Date.UTC(2026, 10, 16) / 1000;
/** Eight days and then five hours, by which everything that is kept of a quota is there: gaps in seconds, and how many. */
const RUN_IN = [
  { gap: 2 * HOUR, readings: 96 },
  { gap: 5 * MINUTE, readings: 60 },
] as const;
const EVALUATIONS_PER_MINUTE = 4;
/** V8 collects rarely where it may take much, so each fleet is held to this: half as much again as it keeps, and some room. */
const mostHeapMb = (quotas: number) => 64 + Math.ceil(quotas / 100);

interface Measured {
  readonly quotas: number;
  readonly readings: number;
  readonly readSeconds: number;
  readonly evaluateSeconds: number;
  readonly minutes: number;
  readonly memoryBytes: number;
  readonly snapshotBytes: number;
  readonly rssBytes: number;
}

/** A quota that is used at an uneven rate, and how it is told. */
interface Kind {
  readonly quota: string;
  /** Share of the limit that a mean day uses. */
  readonly perDay: number;
  readonly periodSeconds: number;
  tell(used: number, resetAt: Date): Partial<Reading>;
}

const KINDS: readonly (Kind & Pick<Reading, "kind" | "unit">)[] = [
  {
    ...{ quota: "daily", kind: "calendar", unit: "requests", perDay: 0.9, periodSeconds: DAY },
    tell: (used, resetAt) => ({ limit: 5000, remaining: Math.floor(5000 * (1 - used)), periodSeconds: DAY, resetAt }),
  },
  {
    ...{ quota: "five_hour", kind: "rolling", unit: "ratio", perDay: 4, periodSeconds: 5 * HOUR },
    tell: (used, resetAt) => ({
      ...{ limit: 1, remaining: Math.round(100 * (1 - used)) / 100, periodSeconds: 5 * HOUR, resetAt },
    }),
  },
  {
    // What leaves the window makes up for a part of what is used.
    ...{ quota: "sliding", kind: "rolling", unit: "tokens", perDay: 3, periodSeconds: 5 * HOUR },
    tell: (used) => ({
      ...{ limit: 1e6, remaining: Math.floor(1e6 * (0.6 + 0.3 * Math.cos(2 * Math.PI * used))) },
      ...{ periodSeconds: 5 * HOUR, sliding: true },
    }),
  },
  {
    ...{ quota: "balance", kind: "credits", unit: "usd", perDay: 0.08, periodSeconds: 12 * DAY },
    tell: (used) => ({ remaining: Math.round(10_000 * (1 - used)) / 100 }),
  },
  {
    ...{ quota: "weekly", kind: "calendar", unit: "tokens", perDay: 0.13, periodSeconds: 7 * DAY },
    tell: (used, resetAt) => ({
      ...{ limit: 6e7, remaining: Math.floor(6e7 * (1 - used)), periodSeconds: 7 * DAY, resetAt },
    }),
  },
];

class SimulatedAccount {
  readonly account: Account;
  readonly memory: AccountMemory = newAccountMemory();
  snapshot: AccountSnapshot | undefined;
  readonly #random: SeededRandom;
  readonly #used = KINDS.map(() => 0);
  #at = START;

  constructor(name: string) {
    this.account = {
      ...{ provider: "acme", account: name, labels: { team: "research" }, overrides: {} },
      ...{ intervalSeconds: MINUTE, staleAfterSeconds: 10 * MINUTE },
    };
    this.#random = seededRandom(name);
  }

  get now(): number {
    return this.#at;
  }

  /** Reads all its quotas, so many seconds after the last time. */
  read(seconds: number): void {
    this.#at += seconds;
    const readings = KINDS.map((kind, index) => this.#reading(kind, index, seconds));
    const outcome = {
      ok: true,
      at: new Date(this.#at * 1000),
      seconds: 0.1,
      answer: { readings, metered: true },
    } as const;
    takeOutcome(this.memory, this.account, outcome, ENGINE_DEFAULTS);
    this.evaluate(this.#at);
  }

  evaluate(now: number): void {
    this.snapshot = evaluateAccount(this.memory, this.account, { now, startedAt: START }, ENGINE_DEFAULTS);
  }

  #reading(kind: Kind & Pick<Reading, "kind" | "unit">, index: number, seconds: number): Reading {
    const resetAt = (Math.floor(this.#at / kind.periodSeconds) + 1) * kind.periodSeconds;
    const isNew = resetAt - kind.periodSeconds > this.#at - seconds;
    const used = (isNew ? 0 : (this.#used[index] ?? 0)) + (kind.perDay / DAY) * seconds * 2 * this.#random.next();
    this.#used[index] = used;
    return {
      ...{ quota: kind.quota, kind: kind.kind, unit: kind.unit, readAt: new Date(this.#at * 1000) },
      ...{ enforcement: "hard", source: "api", confidence: "reported" },
      ...kind.tell(Math.min(1, used), new Date(resetAt * 1000)),
    };
  }
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error("needs --expose-gc");
  globalThis.gc({ type: "major", execution: "sync", flavor: "last-resort" });
  return process.memoryUsage().heapUsed;
}

function cpuSecondsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

function runIn(fleet: readonly SimulatedAccount[]): void {
  for (const one of fleet) {
    for (const { gap, readings } of RUN_IN) for (let count = 0; count < readings; count++) one.read(gap);
  }
}

function measure(quotas: number, minutes: number): Measured {
  const empty = heapBytes();
  const fleet = Array.from({ length: quotas / KINDS.length }, (_, index) => new SimulatedAccount(`account-${index}`));
  runIn(fleet);
  // Eight days in a minute leave behind what a life of eight days does not: what counts is the memory taken after them.
  heapBytes();
  let readSeconds = 0;
  let evaluateSeconds = 0;
  for (let minute = 0; minute < minutes; minute++) {
    readSeconds += cpuSecondsOf(() => {
      for (const one of fleet) one.read(MINUTE);
    });
    evaluateSeconds += cpuSecondsOf(() => {
      for (let turn = 1; turn <= EVALUATIONS_PER_MINUTE; turn++)
        for (const one of fleet) one.evaluate(one.now + (turn * MINUTE) / EVALUATIONS_PER_MINUTE);
    });
  }
  const { rss: rssBytes } = process.memoryUsage();
  const full = heapBytes();
  for (const one of fleet) one.snapshot = undefined;
  const memoryBytes = heapBytes() - empty;
  return {
    ...{ quotas, minutes, readings: minutes * quotas, readSeconds, evaluateSeconds, rssBytes },
    ...{ memoryBytes, snapshotBytes: full - empty - memoryBytes },
  };
}

async function measureApart(quotas: string): Promise<Measured> {
  const child = fork(new URL(import.meta.url), [`--size=${quotas}`, `--minutes=${options.minutes}`], {
    execArgv: ["--expose-gc", `--max-old-space-size=${mostHeapMb(Number(quotas))}`],
  });
  const [measured] = (await once(child, "message")) as [Measured];
  await once(child, "exit");
  return measured;
}

function print(measured: Measured): void {
  const { quotas, readings, readSeconds, evaluateSeconds, minutes, memoryBytes, snapshotBytes, rssBytes } = measured;
  const perMillion = (readSeconds / readings) * 1e6;
  const share = (seconds: number) => `${((100 * seconds) / (minutes * MINUTE)).toFixed(2)} %`;
  const kb = (bytes: number) => `${(bytes / quotas / 1024).toFixed(1)} KB`;
  console.log(
    `${quotas} quotas: ${perMillion.toFixed(1)} CPU s per million readings; heap per quota ${kb(memoryBytes)} ` +
      `and ${kb(snapshotBytes)} for its snapshot; RSS ${(rssBytes / 2 ** 20).toFixed(0)} MB in all`,
  );
  console.log(
    `    one reading a minute: ${share(readSeconds)} of a core, and ${share(evaluateSeconds)} for the evaluations every 15 s`,
  );
}

/** What a quota costs in the largest fleet against the smallest: 1 where it is linear. */
function printGrowth(least: Measured, most: Measured): void {
  const times = (cost: (measured: Measured) => number) =>
    (cost(most) / most.quotas / (cost(least) / least.quotas)).toFixed(2);
  console.log(
    `a quota among ${most.quotas} costs ${times(({ readSeconds, minutes }) => readSeconds / minutes)} times the CPU ` +
      `and ${times(({ memoryBytes }) => memoryBytes)} times the heap of one among ${least.quotas}`,
  );
}

async function compare(): Promise<void> {
  const all: Measured[] = [];
  for (const quotas of options.quotas.split(",")) {
    const measured = await measureApart(quotas);
    print(measured);
    all.push(measured);
  }
  const [least, most] = [all[0], all.at(-1)];
  if (least !== undefined && most !== undefined && least !== most) printGrowth(least, most);
}

if (options.size === undefined) await compare();
else {
  process.send?.(measure(Number(options.size), Number(options.minutes)));
  process.disconnect();
}
