import { createHistoryRings } from "./history.ts";
import type { Store } from "./store.ts";

/** A store that forgets everything with the process: all is learned again after a restart. */
export function createMemoryStore(): Store {
  const { append, history } = createHistoryRings();
  return {
    load: () => ({ memory: undefined, since: [] }),
    append,
    keep: () => undefined,
    history,
    alerts: () => [],
    keepAlert: () => undefined,
    forgetAlert: () => undefined,
    flush: () => undefined,
    close: async () => undefined,
  };
}
