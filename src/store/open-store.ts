import { createMemoryStore } from "./memory-store.ts";
import { openDatabase, StateError } from "./open-database.ts";
import { createSqliteStore } from "./sqlite-store.ts";
import type { Store } from "./store.ts";

interface OpenStoreOptions {
  readonly state: { readonly memory: true } | { readonly path: string };
  readonly now: () => Date;
  /** Hears of every batch: undefined when it was written, else why not. */
  readonly onWrite: (problem: Error | undefined) => void;
}

/**
 * The store that the config names. A disk that cannot be written is no reason to stop: then everything is kept in
 * memory, and `warning` says so. Throws a `StateError` for a path that must not be used.
 */
export function openStore({ state, now, onWrite }: OpenStoreOptions): { store: Store; warning: string | undefined } {
  if ("memory" in state) return { store: createMemoryStore(), warning: undefined };
  try {
    const { database, warning } = openDatabase(state.path, now());
    const store = createSqliteStore({ database, now, onWrite });
    return { store, warning };
  } catch (error) {
    if (error instanceof StateError) throw error;
    onWrite(error as Error);
    const why = (error as Error).message;
    return {
      store: createMemoryStore(),
      warning: `state.path ${state.path} cannot be used (${why}): state is kept in memory and lost with the process`,
    };
  }
}
