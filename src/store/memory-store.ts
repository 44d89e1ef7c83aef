import type { Store } from "./store.ts";

/** A store that forgets everything: all is learned again after a restart. */
export function createMemoryStore(): Store {
  return {
    load: () => ({ memory: undefined, since: [] }),
    append: () => undefined,
    keep: () => undefined,
    flush: () => undefined,
    close: async () => undefined,
  };
}
