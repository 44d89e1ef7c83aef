import type { EngineSettings } from "../engine/settings.ts";
import type { Provider, ReadAccount, Understood } from "../providers/provider.ts";
import type { Account } from "../quota/account.ts";
import type { Declaration } from "../quota/declaration.ts";
import type { Observation } from "../quota/observation.ts";
import type { Secret } from "../secret.ts";
import type { WebToken } from "./web-token.ts";

/** Where a coding tool that uses an account keeps the logs of its sessions. */
export interface SessionFiles {
  readonly tool: "claude_code" | "codex_cli";
  /** Absolute. */
  readonly path: string;
}

/** An account of the config, checked, with its credential resolved and its adapter bound. */
export interface ConfiguredAccount extends Account {
  readonly read: ReadAccount;
  /** What describes its API; absent where code of ours reads it. */
  readonly mapping?: () => ReturnType<NonNullable<Provider["mapping"]>>;
  /** Quotas that the config declares: what they have left is counted from live traffic. */
  readonly declared: readonly Declaration[];
  /** What a call to its provider tells. */
  readonly understand: (call: Observation) => Understood;
  /** Where calls of others to its provider are passed on to. */
  readonly upstream: {
    readonly baseUrl: string;
    /** The header that carries the key; in `authorization` it follows `Bearer`. */
    readonly keyHeader: string;
    /** As its file holds it by now; absent for an account without a key. */
    readonly key?: () => Promise<Secret>;
  };
  /** Calls are learned of from these logs as well; absent where that is not asked for. */
  readonly sessionFiles?: SessionFiles;
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

/** An Alertmanager that is told every alert. */
export interface Alertmanager {
  /** `host:port` and a path prefix, for labels and messages. */
  readonly name: string;
  /** Where alerts are posted. */
  readonly url: string;
  readonly timeoutSeconds: number;
  /** The `Authorization` header as the file of its credential holds it now; absent where none is needed. */
  readonly authorization?: () => Promise<{ readonly header: Secret } | { readonly problem: string }>;
  readonly tls?:
    | {
        /** PEM. */
        readonly ca?: string;
        readonly cert?: string;
        readonly key?: Secret;
        readonly serverName?: string;
        readonly isVerified: boolean;
        readonly leastVersion: "TLSv1.2" | "TLSv1.3";
      }
    | undefined;
  /** Changes with everything above, and tells none of it. */
  readonly definition: string;
}

export interface Alerting {
  readonly mode: "rules" | "push" | "off";
  readonly alertmanagers: readonly Alertmanager[];
  readonly resendSeconds: number;
  /** Begin `runbook_url` and `dashboard_url`; undefined for paths. */
  readonly runbookBase: string | undefined;
  readonly dashboardBase: string | undefined;
}

/** An API that speaks as Prometheus does, asked for what we have exposed before. */
export interface HistorySource {
  /** What stands before `/api/v1/`. */
  readonly url: string;
  readonly rangeSeconds: number;
  /** Further label matchers, as they stand between braces. */
  readonly selector?: string;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string;
  /** The `Authorization` header as the file of its credential holds it now; absent where none is needed. */
  readonly authorization?: () => Promise<{ readonly header: Secret } | { readonly problem: string }>;
}

/** Calls of others that are passed on to the providers of the accounts. */
export interface ProxyConfig {
  readonly listen: ListenAddress;
  readonly routes: readonly ConfiguredRoute[];
}

export interface ConfiguredRoute {
  /** What the paths of its calls begin with, without a slash at its end. */
  readonly path: string;
  readonly account: string;
  readonly baseUrl: string;
  /** What a caller has to show. */
  readonly token?: WebToken;
  /** The account's own key; absent where callers bring theirs. */
  readonly credential?: { readonly header: string; readonly key: () => Promise<Secret> };
}

/** A config that passed every check. Durations in seconds. */
export interface Config {
  readonly web: {
    readonly listen: ListenAddress;
    /** Where people reach the page, without a slash at its end; undefined where only the daemon knows. */
    readonly externalUrl?: string | undefined;
    /** What everybody has to show who asks; undefined where nobody need. */
    readonly token?: WebToken | undefined;
  };
  readonly poll: {
    readonly timeoutSeconds: number;
    /** Another daemon with the same accounts, without a slash at its end. */
    readonly peer?: string | undefined;
  };
  readonly engine: EngineSettings;
  readonly state: { readonly memory: true } | { readonly path: string } | { readonly prometheus: HistorySource };
  readonly alerting: Alerting;
  /** Absent where no calls are passed on. */
  readonly proxy?: ProxyConfig;
  readonly accounts: readonly ConfiguredAccount[];
  /** Every credential, for the log to scrub. */
  readonly secrets: readonly Secret[];
  /** Things worth a line in the log at start, such as a secret file that everybody may read. */
  readonly warnings: readonly string[];
  /** As the user wrote it, or would have to write it. It names credentials, but holds none. */
  readonly written: Readonly<Record<string, unknown>>;
}
