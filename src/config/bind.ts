import { ownHosts, type Provider } from "../providers/provider.ts";
import type { QuotaOverride } from "../quota/account.ts";
import type { ConfiguredAccount } from "./config.ts";
import type { Credential } from "./credential.ts";

/** Everything that makes an account, checked. Durations in seconds. */
export interface AccountPlan {
  readonly provider: Provider;
  readonly name: string;
  readonly baseUrl: string;
  readonly credential: Credential;
  /** As written in the config: `connect` checks and converts them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, QuotaOverride>>;
  readonly interval: number;
  /** Undefined for the default. */
  readonly staleAfter: number | undefined;
}

const LEAST_STALE_AFTER = 600;
const FLOOR_ELSEWHERE = 1;

/** The provider asks for its floor; a gateway or a test server of ours does not. */
export function floorAt(provider: Provider, baseUrl: string): number {
  return ownHosts(provider).includes(new URL(baseUrl).host) ? provider.floorSeconds : FLOOR_ELSEWHERE;
}

export function bindAccount(plan: AccountPlan): ConfiguredAccount {
  const { provider, name, baseUrl, credential, labels, overrides, interval, staleAfter } = plan;
  const { apiKey, credentialsFile } = credential;
  const settings =
    credentialsFile === undefined ? plan.settings : { ...plan.settings, credentials_file: credentialsFile };
  return {
    provider: provider.id,
    account: name,
    labels,
    overrides,
    ...credentialKind(credential),
    intervalSeconds: interval,
    staleAfterSeconds: staleAfter ?? Math.max(provider.staleAfterSeconds ?? LEAST_STALE_AFTER, 3 * interval),
    read: provider.connect({ baseUrl, apiKey }, settings),
    host: new URL(baseUrl).host,
    floorSeconds: floorAt(provider, baseUrl),
  };
}

function credentialKind({ apiKey, credentialsFile }: Credential): Pick<ConfiguredAccount, "credential"> {
  if (credentialsFile !== undefined) return { credential: "login_file" };
  return apiKey === undefined ? {} : { credential: "api_key" };
}
