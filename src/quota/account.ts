import type { FailureReason } from "./failure.ts";
import type { AccountReading, Enforcement } from "./reading.ts";
import type { Severity } from "./state.ts";

/** What the config says of one quota of an account, over what the provider tells. */
export interface QuotaOverride {
  readonly enforcement?: Enforcement;
  readonly periodSeconds?: number;
  /** In the quota's own unit, where the provider tells no limit. */
  readonly limit?: number;
  /** The severity of whatever fires on this quota; `none` silences it. */
  readonly severity?: Severity;
}

/** One named entry of the config: a provider plus a credential. `account` is the label; the credential never is. */
export interface Account {
  readonly provider: string;
  readonly account: string;
  /** The same keys on every account of a config; empty where a value is missing. */
  readonly labels: Readonly<Record<string, string>>;
  /** Configured time between two reads, in seconds. */
  readonly intervalSeconds: number;
  /** A good reading older than this is no longer shown as the truth. */
  readonly staleAfterSeconds: number;
  readonly overrides: Readonly<Record<string, QuotaOverride>>;
  /** What it authenticates with; absent where it needs nothing. The tool that owns a login file renews it. */
  readonly credential?: "api_key" | "login_file";
}

/** How one read of one account ended. */
export type ReadOutcome =
  | {
      readonly ok: true;
      readonly at: Date;
      readonly seconds: number;
      readonly answer: AccountReading;
      /** No read: live traffic has told this of some quotas, and nothing of the others. */
      readonly observed?: true;
    }
  | {
      readonly ok: false;
      readonly at: Date;
      readonly seconds: number;
      readonly reason: FailureReason;
      /** Safe to show: names what was tried and the result, never a credential, query or body. */
      readonly message: string;
      readonly retryAfterSeconds?: number;
      /** The credential is past its own expiry and was not tried: nobody has rejected it. */
      readonly expired?: true;
    };

/** Tells accounts apart over restarts and changes of the config: a renamed one is another one. */
export const keyOf = ({ provider, account }: Pick<Account, "provider" | "account">): string => `${provider}/${account}`;
