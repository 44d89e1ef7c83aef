import type { AccountMemory } from "../engine/account.ts";

/** Which memory belongs to which entry of the config. A renamed account or a changed provider is another one. */
export interface AccountKey {
  readonly provider: string;
  readonly account: string;
}

/** Keeps what the engine knows of every account. */
export interface Store {
  /** What was saved last, or undefined for an account never seen. */
  load(key: AccountKey): AccountMemory | undefined;
  save(key: AccountKey, memory: AccountMemory): void;
  /** Writes what is still pending and lets go of the storage. */
  close(): Promise<void>;
}
