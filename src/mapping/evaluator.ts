import { type ChildProcess, fork } from "node:child_process";
import { extname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { orAbort } from "../http/or-abort.ts";
import { type Listener, MappingError, quoted } from "./asker.ts";
import type { Ending, Message } from "./messages.ts";
import type { Trace } from "./trace.ts";
import { type Done, type Job, workOn } from "./work.ts";

interface RunOptions {
  /** Ends the waiting, and the work that nobody waits for any more. */
  readonly signal: AbortSignal;
  readonly onTrace?: ((trace: Trace) => void) | undefined;
}

export interface Evaluator {
  /** Throws a `MappingError` for an answer that does not fit, or an expression that takes too much; else as `signal` says. */
  run<W extends Job["work"]>(job: Extract<Job, { work: W }>, options: RunOptions): Promise<Done[W]>;
}

/** How long the expressions of one read may keep everything else waiting. */
const LONGEST_BLOCK_MS = 10;

/** Runs expressions right here: for those that nobody but us has written. */
export const inlineEvaluator: Evaluator = {
  async run(job, { signal, onTrace }) {
    signal.throwIfAborted();
    let since = performance.now();
    const listener: Listener = {
      async begins() {
        if (performance.now() - since < LONGEST_BLOCK_MS) return;
        await setImmediate();
        signal.throwIfAborted();
        since = performance.now();
      },
      found: (trace) => onTrace?.(trace),
    };
    return (await workOn(job, listener)) as never;
  },
};

/** All expressions of a job together; a single one has less. */
const LONGEST_JOB_MS = 3000;
/** An answer has at most 4 MiB, and several times as much as objects. */
const HEAP_MIB = 128;

interface Limits {
  readonly longestJobMs: number;
}

/**
 * Runs expressions in a process of their own, one job after the other. It begins with the first job, holds nobody up who
 * wants to exit, and is replaced when an expression takes more time or memory than any honest one does.
 */
export function createEvaluator({ longestJobMs }: Limits = { longestJobMs: LONGEST_JOB_MS }): Evaluator {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function start(): ChildProcess {
    // The end of this file's own name: it runs as it is written, and built.
    const file = new URL(`./expression-process${extname(import.meta.filename)}`, import.meta.url);
    const started = fork(file, [], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`, "--max-semi-space-size=1"],
      env: {},
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    // Between jobs nobody listens, and an error that nobody hears would end us.
    return started.on("error", () => undefined);
  }

  async function runOne(job: Job, { signal, onTrace }: RunOptions): Promise<Ending> {
    signal.throwIfAborted();
    // Somebody else may have ended it.
    const running = child?.connected === true ? child : start();
    child = running;
    hold(running, true);
    try {
      return await endingOf({ running, job, signal, onTrace, longestJobMs });
    } catch (error) {
      child = undefined;
      running.kill("SIGKILL");
      throw error;
    } finally {
      hold(running, false);
    }
  }

  return {
    async run(job, options) {
      const turn = last.then(() => runOne(job, options));
      last = turn.catch(() => undefined);
      const ending = await orAbort(turn, options.signal);
      if ("problem" in ending) throw new MappingError(ending.problem);
      if ("bug" in ending) throw new Error(`expressions: ${ending.bug}`);
      return ending.done as never;
    },
  };
}

/** Whether we stay for it: an idle one keeps nobody from exiting. */
function hold(running: ChildProcess, isHeld: boolean): void {
  if (isHeld) {
    running.ref();
    running.channel?.ref();
  } else {
    running.unref();
    running.channel?.unref();
  }
}

interface Run {
  readonly running: ChildProcess;
  readonly job: Job;
  readonly signal: AbortSignal;
  readonly onTrace: RunOptions["onTrace"];
  readonly longestJobMs: number;
}

/** Rejects where the process is of no more use. */
function endingOf({ running, job, signal, onTrace, longestJobMs }: Run): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let step: Pick<Trace, "field" | "expression" | "at"> | undefined;
    let timer: NodeJS.Timeout | undefined;
    const tooMuch = (what: string) =>
      new MappingError(
        step === undefined ? `$: the answer ${what}` : `${step.at}: ${quoted(step.field, step.expression)} ${what}`,
      );
    const hear = (message: Message) => {
      if ("begins" in message) {
        step = message.begins;
        // A process that has only just begun is not slow.
        timer ??= setTimeout(() => end(() => reject(tooMuch(`takes longer than ${longestJobMs} ms`))), longestJobMs);
      } else if ("found" in message) onTrace?.(message.found);
      else end(() => resolve(message.ends));
    };
    const fail = (error: Error) => end(() => reject(error));
    // A full heap aborts it, and a machine without memory kills it.
    const stop = (code: number | null) =>
      end(() =>
        reject(code === null ? tooMuch("needs too much memory") : new Error(`the expressions ended with ${code}`)),
      );
    const abort = () => fail(signal.reason);
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      running.off("message", hear).off("error", fail).off("exit", stop);
      settle();
    };
    running.on("message", hear).on("error", fail).on("exit", stop);
    signal.addEventListener("abort", abort, { once: true });
    try {
      running.send(job, (error) => {
        if (error !== null) fail(error);
      });
    } catch (error) {
      // Lists in lists without end: there is no other job that cannot be written down.
      end(() => reject(error instanceof RangeError ? new MappingError("$: the answer is nested too deeply") : error));
    }
  });
}
