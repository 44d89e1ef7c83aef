import type { Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { isUnencrypted, parseBaseUrl } from "./base-url.ts";
import { bindAccount, floorAt } from "./bind.ts";
import type { Config, ConfiguredAccount } from "./config.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { keyProblem } from "./credential.ts";
import { type Environment, isUnset } from "./environment.ts";
import { foreignKey } from "./foreign-key.ts";
import { DEFAULTS, toConfig } from "./load.ts";
import { DEFAULT_INTERVAL } from "./schema.ts";
import { STATE_PATH } from "./state.ts";

interface DiscoveryInput {
  readonly env: Environment;
  readonly providers: readonly Provider[];
  /** Whether something answers at a URL. Called for providers that are looked for at their default address. */
  readonly reachable: (url: string) => Promise<boolean>;
}

/** An account that the environment speaks of. The variables are names; absent where none is set. */
interface Finding {
  readonly provider: Provider;
  /** Empty, or `_2` and on for numbered variables. */
  readonly suffix: string;
  readonly keyVariable: string | undefined;
  readonly urlVariable: string | undefined;
}

interface Notes {
  readonly problems: ConfigProblem[];
  readonly warnings: string[];
}

interface Surroundings extends Pick<DiscoveryInput, "env" | "providers"> {
  readonly notes: Notes;
}

interface Found {
  readonly account: ConfiguredAccount;
  readonly secret: Secret | undefined;
  /** As it would stand in a config file. */
  readonly written: Readonly<Record<string, string | undefined>>;
}

const LONGEST_INTERVAL = 86_400;

/**
 * The config when there is no file: accounts from the environment variables that other tools use too, all else by
 * default. It may have no account at all. Throws a `ConfigError` for variables that are set to something unusable.
 */
export async function discoverConfig({ env, providers, reachable }: DiscoveryInput): Promise<Config> {
  const findings = await Promise.all(
    providers.map(async (provider) => {
      const named = findInEnvironment(provider, env);
      return named.length > 0 ? named : findAtDefault(provider, reachable);
    }),
  );
  const notes: Notes = { problems: [], warnings: [] };
  const found = findings.flat().flatMap((finding) => toAccount(finding, { env, providers, notes }) ?? []);
  if (notes.problems.length > 0) throw new ConfigError(notes.problems);
  return {
    ...toConfig(DEFAULTS),
    state: { path: STATE_PATH },
    accounts: found.map(({ account }) => account),
    secrets: found.flatMap(({ secret }) => secret ?? []),
    warnings: [...new Set(notes.warnings)],
    written: { accounts: found.map(({ written }) => written) },
  };
}

function findInEnvironment(provider: Provider, env: Environment): readonly Finding[] {
  const { apiKey: keyNames = [], baseUrl: urlNames = [] } = provider.environment;
  // An address alone makes no account where a key is needed.
  const makers = provider.credential === "api_key" ? keyNames : [...keyNames, ...urlNames];
  const suffixes = new Set(makers.flatMap((name) => suffixesOf(name, env)));
  return [...suffixes]
    .toSorted((one, other) => Number(one.slice(1)) - Number(other.slice(1)))
    .map((suffix) => ({
      provider,
      suffix,
      keyVariable: firstSet(keyNames, suffix, env),
      // Numbered keys may share one gateway.
      urlVariable: firstSet(urlNames, suffix, env) ?? firstSet(urlNames, "", env),
    }));
}

function suffixesOf(name: string, env: Environment): readonly string[] {
  const set = Object.keys(env).filter((variable) => variable.startsWith(name) && !isUnset(env[variable]));
  return set.map((variable) => variable.slice(name.length)).filter((rest) => /^(?:|_(?:[2-9]|[1-9]\d+))$/.test(rest));
}

function firstSet(names: readonly string[], suffix: string, env: Environment): string | undefined {
  return names.map((name) => `${name}${suffix}`).find((variable) => !isUnset(env[variable]));
}

async function findAtDefault(provider: Provider, reachable: DiscoveryInput["reachable"]): Promise<readonly Finding[]> {
  const { baseUrl, discoverAtDefault } = provider;
  if (discoverAtDefault !== true || baseUrl === undefined || !(await reachable(baseUrl))) return [];
  return [{ provider, suffix: "", keyVariable: undefined, urlVariable: undefined }];
}

function toAccount(finding: Finding, { env, providers, notes }: Surroundings): Found | undefined {
  const { provider, suffix, keyVariable, urlVariable } = finding;
  const key = keyVariable === undefined ? undefined : env[keyVariable]?.trim();
  const wrongKey = key === undefined ? undefined : keyProblem(key);
  if (keyVariable !== undefined && wrongKey !== undefined) notes.problems.push(problemOf(keyVariable, wrongKey));
  const apiKey = key === undefined ? undefined : new Secret(key);

  const baseUrl = addressOf(finding, env, notes);
  if (baseUrl === undefined) return undefined;
  // The variable may be meant for a tool that knows another address: no reason to refuse the others.
  const foreign = key === undefined ? undefined : foreignKey(key, { provider, baseUrl, providers });
  if (foreign !== undefined) {
    notes.warnings.push(`${keyVariable} ${foreign}, so it makes no account`);
    return undefined;
  }
  if (apiKey !== undefined && isUnencrypted(baseUrl)) {
    notes.warnings.push(`${keyVariable} is sent unencrypted, as ${urlVariable} begins with http://`);
  }
  const account = bindAccount({
    provider,
    name: `${provider.id}${suffix}`,
    baseUrl,
    credential: apiKey === undefined ? {} : { apiKey },
    interval: readInterval(provider, baseUrl, env, notes),
    ...{ settings: {}, labels: {}, models: undefined, overrides: {}, declared: [], staleAfter: undefined },
    onKeyFile: () => undefined,
  });
  const names = { api_key_env: keyVariable, base_url: urlVariable && baseUrl };
  return { account, secret: apiKey, written: { name: account.account, provider: provider.id, ...names } };
}

function addressOf({ provider, keyVariable, urlVariable }: Finding, env: Environment, notes: Notes) {
  if (urlVariable !== undefined) return readUrl(provider, urlVariable, env, notes);
  if (provider.baseUrl === undefined && keyVariable !== undefined) {
    const wanted = provider.environment.baseUrl?.[0] ?? "a config file";
    notes.warnings.push(`${keyVariable} is set, but no address: ${wanted} has to name it`);
  }
  return provider.baseUrl;
}

function readUrl(provider: Provider, variable: string, env: Environment, notes: Notes): string | undefined {
  const text = env[variable]?.trim() ?? "";
  const { toBaseUrl } = provider.environment;
  const result = parseBaseUrl(toBaseUrl === undefined ? text : (toBaseUrl(text) ?? ""));
  if ("url" in result) return result.url;
  notes.problems.push(problemOf(variable, result.problem));
  return undefined;
}

function readInterval(provider: Provider, baseUrl: string, env: Environment, notes: Notes): number {
  const floor = floorAt(provider, baseUrl);
  const standard = Math.max(DEFAULT_INTERVAL, floor);
  const variable = `${provider.id.toUpperCase()}_QUOTA_REFRESH_INTERVAL`;
  const text = env[variable];
  if (isUnset(text)) return standard;
  const seconds = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  if (seconds < 1 || seconds > LONGEST_INTERVAL) {
    notes.problems.push(problemOf(variable, `needs a whole number of seconds from 1 to ${LONGEST_INTERVAL}`));
    return standard;
  }
  if (seconds < floor)
    notes.warnings.push(`${variable} is under the ${floor} s that ${provider.id} allows; using ${floor}`);
  return Math.max(seconds, floor);
}

function problemOf(variable: string, problem: string): ConfigProblem {
  return { file: "environment", path: variable, problem };
}
