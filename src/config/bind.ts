import { ownHosts, type Provider, type ReadAccount } from "../providers/provider.ts";
import type { QuotaOverride } from "../quota/account.ts";
import type { Secret } from "../secret.ts";
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
  /** Hears of a key that took the place of another. */
  readonly onNewKey: (key: Secret) => void;
}

const LEAST_STALE_AFTER = 600;
const FLOOR_ELSEWHERE = 1;

/** The provider asks for its floor; a gateway or a test server of ours does not. */
export function floorAt(provider: Provider, baseUrl: string): number {
  return ownHosts(provider).includes(new URL(baseUrl).host) ? provider.floorSeconds : FLOOR_ELSEWHERE;
}

export function bindAccount(plan: AccountPlan): ConfiguredAccount {
  const { provider, name, baseUrl, credential, labels, overrides, interval, staleAfter } = plan;
  return {
    provider: provider.id,
    account: name,
    labels,
    overrides,
    ...credentialKind(credential),
    intervalSeconds: interval,
    staleAfterSeconds: staleAfter ?? Math.max(provider.staleAfterSeconds ?? LEAST_STALE_AFTER, 3 * interval),
    read: connect(plan),
    host: new URL(baseUrl).host,
    floorSeconds: floorAt(provider, baseUrl),
  };
}

/** The adapter with its key, which a file may change between two reads: a rotation needs no reload. */
function connect({ provider, baseUrl, credential, settings: written, onNewKey }: AccountPlan): ReadAccount {
  const { credentialsFile, readAgain } = credential;
  const settings = credentialsFile === undefined ? written : { ...written, credentials_file: credentialsFile };
  let { apiKey } = credential;
  let read = provider.connect({ baseUrl, apiKey }, settings);
  if (readAgain === undefined) return read;
  return async (context) => {
    const key = await readAgain();
    if (key !== undefined && !key.equals(apiKey)) {
      onNewKey(key);
      apiKey = key;
      read = provider.connect({ baseUrl, apiKey }, settings);
    }
    return read(context);
  };
}

function credentialKind({ apiKey, credentialsFile }: Credential): Pick<ConfiguredAccount, "credential"> {
  if (credentialsFile !== undefined) return { credential: "login_file" };
  return apiKey === undefined ? {} : { credential: "api_key" };
}
