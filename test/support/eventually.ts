import { setTimeout as sleep } from "node:timers/promises";

interface Patience {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Calls `attempt` until it stops throwing and gives what it returned; when time is up, throws its last error. */
export async function eventually<T>(attempt: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { timeoutMs = 10_000, everyMs = 100 } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (performance.now() >= deadline) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`not within ${timeoutMs} ms: ${reason}`, { cause });
      }
    }
    await sleep(everyMs);
  }
}
