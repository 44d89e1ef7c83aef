import type { EngineSettings } from "../engine/settings.ts";
import type { ReadAccount } from "../providers/provider.ts";
import type { Account } from "../quota/account.ts";
import type { Secret } from "../secret.ts";

/** An account of the config, checked, with its credential resolved and its adapter bound. */
export interface ConfiguredAccount extends Account {
  readonly read: ReadAccount;
  /** `host:port` that it talks to: what the limit on concurrent reads counts. */
  readonly host: string;
  /** Least time between two reads, in seconds: the provider's floor on its own hosts, else 1. */
  readonly floorSeconds: number;
  /** Changes with what is read and by which credential, and tells neither. */
  readonly definition: string;
}

export interface ListenAddress {
  /** Empty for every interface, as `server.listen` of Node takes it. */
  readonly host: string;
  readonly port: number;
}

/** A config that passed every check. Durations in seconds. */
export interface Config {
  readonly web: { readonly listen: ListenAddress };
  readonly poll: { readonly timeoutSeconds: number };
  readonly engine: EngineSettings;
  readonly state: { readonly memory: true } | { readonly path: string };
  readonly alerting: { readonly mode: "rules" | "push" | "off" };
  readonly accounts: readonly ConfiguredAccount[];
  /** Every credential, for the log to scrub. */
  readonly secrets: readonly Secret[];
  /** Things worth a line in the log at start, such as a secret file that everybody may read. */
  readonly warnings: readonly string[];
  /** As the user wrote it, or would have to write it. It names credentials, but holds none. */
  readonly written: Readonly<Record<string, unknown>>;
}
