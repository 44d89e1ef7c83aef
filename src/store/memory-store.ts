import type { AccountMemory } from "../engine/account.ts";
import type { AccountKey, Store } from "./store.ts";

/** A store that forgets everything when the process ends. */
export function createMemoryStore(): Store {
  const memories = new Map<string, AccountMemory>();
  const id = ({ provider, account }: AccountKey) => JSON.stringify([provider, account]);
  return {
    load: (key) => memories.get(id(key)),
    save: (key, memory) => {
      memories.set(id(key), memory);
    },
    close: async () => memories.clear(),
  };
}
