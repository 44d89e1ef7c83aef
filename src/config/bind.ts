import { ownHosts, type Provider, type ReadAccount } from "../providers/provider.ts";
import { understandAny } from "../providers/understand.ts";
import type { QuotaOverride } from "../quota/account.ts";
import type { Declaration } from "../quota/declaration.ts";
import { digest, type Secret } from "../secret.ts";
import type { ConfiguredAccount, SessionFiles } from "./config.ts";
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
  readonly declared: readonly Declaration[];
  readonly sessionFiles?: SessionFiles;
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
  const key = currentKey(plan);
  return {
    provider: provider.id,
    account: name,
    labels,
    overrides,
    declared: plan.declared,
    ...(plan.sessionFiles !== undefined && { sessionFiles: plan.sessionFiles }),
    ...credentialKind(credential),
    intervalSeconds: interval,
    staleAfterSeconds: staleAfter ?? Math.max(provider.staleAfterSeconds ?? LEAST_STALE_AFTER, 3 * interval),
    read: withDeclared(withModels(connect(plan, key), plan.models), plan.declared),
    ...mappingOf(plan),
    upstream: upstreamOf(plan, key),
    understand: provider.understand?.(settingsOf(plan)) ?? understandAny,
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

/** A provider that tells of no quota may have one all the same: the config knows of it. */
function withDeclared(read: ReadAccount, { length }: readonly Declaration[]): ReadAccount {
  return length === 0 ? read : async (context) => ({ ...(await read(context)), metered: true });
}

/** With the path of the login file, where there is one. */
function settingsOf({ settings, credential: { credentialsFile } }: AccountPlan): AccountPlan["settings"] {
  return credentialsFile === undefined ? settings : { ...settings, credentials_file: credentialsFile };
}

function mappingOf(plan: AccountPlan): Pick<ConfiguredAccount, "mapping"> {
  const { mapping } = plan.provider;
  return mapping === undefined ? {} : { mapping: () => mapping(settingsOf(plan)) };
}

/** The adapter with its key. */
function connect(plan: AccountPlan, key: CurrentKey): ReadAccount {
  const { provider, baseUrl, credential } = plan;
  const settings = settingsOf(plan);
  const { readAgain } = credential;
  let { apiKey } = credential;
  let read = provider.connect({ baseUrl, apiKey }, settings);
  if (readAgain === undefined) return read;
  return async (context) => {
    const current = await key(0);
    if (current?.digest() !== apiKey?.digest()) {
      apiKey = current;
      read = provider.connect({ baseUrl, apiKey }, settings);
    }
    return read(context);
  };
}

/** The key as it was known no longer ago than this. */
type CurrentKey = (mostAgeMs: number) => Promise<Secret | undefined>;

/** A file may change the key at any time: a rotation needs no reload. */
function currentKey({ name, credential: { apiKey, readAgain }, onKeyFile }: AccountPlan): CurrentKey {
  let key = apiKey;
  let problem: string | undefined;
  let readAt = performance.now();
  let reading: Promise<void> | undefined;
  if (readAgain === undefined) return async () => key;

  const readFile = async () => {
    const found = await readAgain();
    readAt = performance.now();
    if ("problem" in found) {
      if (found.problem !== problem) onKeyFile(name, found);
      problem = found.problem;
      return;
    }
    problem = undefined;
    if (found.key.digest() === key?.digest()) return;
    onKeyFile(name, found);
    key = found.key;
  };
  return async (mostAgeMs) => {
    if (mostAgeMs > 0 && performance.now() - readAt < mostAgeMs) return key;
    reading ??= readFile().finally(() => {
      reading = undefined;
    });
    await reading;
    return key;
  };
}

/** An exchanged key file is noticed this late at most by calls that are passed on. */
const FRESH_MS = 1000;

function upstreamOf(plan: AccountPlan, key: CurrentKey) {
  const { baseUrl, credential } = plan;
  const { apiKey } = credential;
  const keyHeader = plan.provider.keyHeader(settingsOf(plan));
  if (apiKey === undefined) return { baseUrl, keyHeader };
  return { baseUrl, keyHeader, key: async () => (await key(FRESH_MS)) ?? apiKey };
}

function credentialKind({ apiKey, credentialsFile }: Credential): Pick<ConfiguredAccount, "credential"> {
  if (credentialsFile !== undefined) return { credential: "login_file" };
  return apiKey === undefined ? {} : { credential: "api_key" };
}
