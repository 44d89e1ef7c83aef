import { ownHosts, type Provider, type ReadAccount } from "../providers/provider.ts";
import { understandStatus } from "../providers/understand.ts";
import type { QuotaOverride } from "../quota/account.ts";
import { digest, type Secret } from "../secret.ts";
import type { ConfiguredAccount } from "./config.ts";
import type { Credential } from "./credential.ts";

/** Hears when the key in the file of an account was exchanged, or cannot be read any more; the last key is used then. */
export type OnKeyFile = (account: string, news: { readonly key: Secret } | { readonly problem: string }) => void;

/** Everything that makes an account, checked. Durations in seconds. */
export interface AccountPlan {
  readonly provider: Provider;
  readonly name: string;
  readonly baseUrl: string;
  readonly credential: Credential;
  /** As written in the config: `connect` checks and converts them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Declared for a provider that lists none; undefined if there are none. */
  readonly models: readonly string[] | undefined;
  readonly overrides: Readonly<Record<string, QuotaOverride>>;
  readonly interval: number;
  /** Undefined for the default. */
  readonly staleAfter: number | undefined;
  readonly onKeyFile: OnKeyFile;
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
    read: withModels(connect(plan), plan.models),
    understand: provider.understand ?? understandStatus,
    host: new URL(baseUrl).host,
    floorSeconds: floorAt(provider, baseUrl),
    definition: digest(
      JSON.stringify([
        provider.id,
        baseUrl,
        plan.settings,
        plan.models,
        credential.credentialsFile,
        credential.apiKey?.digest(),
      ]),
    ),
  };
}

/** A list of the provider's own is newer than what somebody once wrote down. */
function withModels(read: ReadAccount, models: readonly string[] | undefined): ReadAccount {
  if (models === undefined) return read;
  return async (context) => ({ models, ...(await read(context)) });
}

/** The adapter with its key, which a file may change between two reads: a rotation needs no reload. */
function connect({ provider, name, baseUrl, credential, settings: written, onKeyFile }: AccountPlan): ReadAccount {
  const { credentialsFile, readAgain } = credential;
  const settings = credentialsFile === undefined ? written : { ...written, credentials_file: credentialsFile };
  let { apiKey } = credential;
  let read = provider.connect({ baseUrl, apiKey }, settings);
  if (readAgain === undefined) return read;
  let known: string | undefined;
  return async (context) => {
    const found = await readAgain();
    const problem = "problem" in found ? found.problem : undefined;
    if ("problem" in found) {
      if (problem !== known) onKeyFile(name, found);
    } else if (found.key.digest() !== apiKey?.digest()) {
      onKeyFile(name, found);
      apiKey = found.key;
      read = provider.connect({ baseUrl, apiKey }, settings);
    }
    known = problem;
    return read(context);
  };
}

function credentialKind({ apiKey, credentialsFile }: Credential): Pick<ConfiguredAccount, "credential"> {
  if (credentialsFile !== undefined) return { credential: "login_file" };
  return apiKey === undefined ? {} : { credential: "api_key" };
}
