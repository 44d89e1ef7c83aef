// The process in which the expressions of a config run. It is small, has no environment and makes no calls: one that loops
// or grows ends with it, and nothing else does. A thread would not do: when its heap is full in the middle of one call, the
// whole process is.
import { type Listener, MappingError } from "./asker.ts";
import type { Ending, Message } from "./messages.ts";
import { type Job, workOn } from "./work.ts";

const tell = (message: Message): void => void process.send?.(message);

const listener: Listener = {
  begins: (step) => tell({ begins: step }),
  found: (trace) => tell({ found: trace }),
};

async function endingOf(job: Job): Promise<Ending> {
  try {
    return { done: await workOn(job, listener) };
  } catch (error) {
    if (error instanceof MappingError) return { problem: error.message };
    return { bug: error instanceof Error ? (error.stack ?? error.message) : "an unknown fault" };
  }
}

process.on("message", (job: Job) => {
  void endingOf(job).then((ends) => tell({ ends }));
});
