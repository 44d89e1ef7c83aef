import { createHistoryRings } from "./history.ts";
import { createMemoryCounts } from "./memory-counts.ts";
import type { Store } from "./store.ts";

/** A store that forgets everything with the process: all is learned again after a restart. */
export function createMemoryStore(): Store {
  const { append, history } = createHistoryRings();
  return {
    ...createMemoryCounts(),
    load: () => ({ memory: undefined, since: [] }),
    append,
    keep: () => undefined,
    history,
    alerts: () => [],
    keepAlert: () => undefined,
    forgetAlert: () => undefined,
    sessionFiles: () => [],
    keepSessionFile: () => undefined,
    forgetSessionFile: () => undefined,
    flush: () => undefined,
    close: async () => undefined,
  };
}
