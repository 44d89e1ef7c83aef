import type { Usage } from "../quota/observation.ts";

/** One call of a model, as the log of a coding tool tells it. Times in milliseconds. */
export interface Entry {
  /** Tells calls apart, also over copies of a log: a digest, as ids of a session are nobody's business. */
  readonly key: string;
  readonly at: number;
  readonly model?: string;
  readonly usage: Usage;
}

/** How far a window of the plan was used at some moment. */
export interface PlanWindow {
  readonly slot: "primary" | "secondary";
  readonly usedPercent: number;
  readonly minutes: number;
  /** In milliseconds. */
  readonly resetAt?: number;
}

export interface PlanLimits {
  readonly at: number;
  readonly windows: readonly PlanWindow[];
}

/** What is known of one log from the lines before. */
export interface Context {
  /** Of the calls that follow. */
  model?: string;
  /** Tokens of the whole session so far: the same again is the same call told again. */
  total?: number;
  /** What was written before then, in milliseconds, is a copy of another log. */
  copiedUntil?: number;
}

/** What one line tells. `undefined` where it tells nothing of use. */
export interface Told {
  readonly entry?: Entry;
  /** A later line of the same call may tell more. */
  readonly isPartial?: boolean;
  readonly limits?: PlanLimits;
}

/** How a coding tool writes its logs. */
export interface Tool {
  /** Below the configured directory. */
  readonly folder: string;
  readonly isLog: (name: string) => boolean;
  /** Each log is told apart by its first line alone, so that one that is moved is the same; else by its path too. */
  readonly isNamedByFirstLine: boolean;
  /** A cheap look: whether a line may tell anything. */
  readonly mayTell: (line: Buffer) => boolean;
  /** Reads one line, which may change the context; "malformed" for one that is not what it looked like. */
  readonly read: (text: string, context: Context) => Told | undefined | "malformed";
}
