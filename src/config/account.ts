import { z } from "zod";
import type { Provider } from "../providers/provider.ts";
import type { QuotaOverride } from "../quota/account.ts";
import { formatDuration } from "../quota/duration.ts";
import { suggestion } from "../quota/near-names.ts";
import type { Secret } from "../secret.ts";
import { isUnencrypted } from "./base-url.ts";
import { type AccountPlan, bindAccount, floorAt, type OnKeyFile } from "./bind.ts";
import type { ConfiguredAccount } from "./config.ts";
import { readCredential } from "./credential.ts";
import { declarationsOf } from "./declared.ts";
import type { Environment } from "./environment.ts";
import { foreignHost } from "./foreign-host.ts";
import { foreignKey } from "./foreign-key.ts";
import { check, toProblems } from "./issues.ts";
import { labelProblems } from "./labels.ts";
import { isShowable, type Path, type Problem } from "./problem.ts";
import { ACCOUNT_SHAPE, type AccountSettings, DEFAULT_INTERVAL, type QuotaSettings } from "./schema.ts";
import { sessionFilesOf } from "./session-files.ts";

export interface Surroundings {
  readonly providers: readonly Provider[];
  readonly env: Environment;
  /** Where relative paths start: the directory of the config file. */
  readonly directory: string;
  readonly onKeyFile: OnKeyFile;
  /** As written under `poll:`, in seconds. */
  readonly poll: { readonly interval?: number | undefined; readonly stale_after?: number | undefined };
}

export interface CheckedAccount {
  /** Undefined as long as there is a problem. */
  readonly account: ConfiguredAccount | undefined;
  readonly name: string | undefined;
  readonly secret: Secret | undefined;
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

type Entry = Readonly<Record<string, unknown>>;
const ENTRY = z.record(z.string(), z.unknown());
/** What of an account is right. */
type Settings = { readonly [Key in keyof AccountSettings]?: AccountSettings[Key] | undefined };

export async function checkAccount(entry: unknown, path: Path, surroundings: Surroundings): Promise<CheckedAccount> {
  const { env, directory, poll, onKeyFile, providers } = surroundings;
  const warnings: string[] = [];
  const { settings, raw, provider, problems } = checkShape(entry, path, providers);
  const { name } = settings;
  if (provider === undefined) return { account: undefined, name, secret: undefined, warnings, problems };

  const who = name === undefined ? "this account" : `account "${name}"`;
  const warn = (text: string) => warnings.push(`${who}: ${text}`);
  const report = (inner: Path, text: string) => problems.push({ path: [...path, ...inner], text });
  const baseUrl = "base_url" in raw ? settings.base_url : provider.baseUrl;
  const wrongAddress = addressProblem(baseUrl, { provider, providers, isWritten: "base_url" in raw });
  if (wrongAddress !== undefined) report("base_url" in raw ? ["base_url"] : [], wrongAddress);
  const { interval, problems: wrongTimes } = checkTimes({ path, who, own: settings.interval, poll, provider, baseUrl });
  problems.push(...wrongTimes);
  const foreign = (key: string) =>
    baseUrl === undefined ? undefined : foreignKey(key, { provider, baseUrl, providers });
  const credential = problems.some(isAboutCredential)
    ? {}
    : await readCredential(provider, settings, { env, directory, foreign, report, warn });
  const secret = credential.apiKey;
  if (problems.length > 0 || name === undefined || baseUrl === undefined) {
    return { account: undefined, name, secret, warnings, problems };
  }
  if (secret !== undefined && isUnencrypted(baseUrl))
    warn("its key is sent unencrypted, as base_url begins with http://");
  const plan = {
    ...{ provider, name, baseUrl, credential, interval },
    settings: pick(raw, Object.keys(provider.settings.shape)),
    labels: settings.labels ?? {},
    models: settings.models,
    overrides: overridesOf(settings.quotas ?? {}),
    declared: declarationsOf(settings.quotas ?? {}),
    ...sessionFilesOf(settings.session_files, directory),
    staleAfter: poll.stale_after,
    onKeyFile,
  };
  return { ...bind(plan, path), name, secret, warnings };
}

function addressProblem(
  baseUrl: string | undefined,
  {
    provider,
    providers,
    isWritten,
  }: Pick<Surroundings, "providers"> & { readonly provider: Provider; readonly isWritten: boolean },
): string | undefined {
  if (baseUrl !== undefined) return foreignHost(baseUrl, { provider, providers });
  // What is written and wrong has been told already.
  return isWritten ? undefined : `the provider ${provider.id} has no address of its own; name it with base_url`;
}

/** A second problem about a credential that was only written in the wrong way would mislead. */
function isAboutCredential({ path }: Problem): boolean {
  return /key|token|secret|password|credential/i.test(String(path.at(-1)));
}

interface Times {
  readonly path: Path;
  readonly who: string;
  readonly own: number | undefined;
  readonly poll: Surroundings["poll"];
  readonly provider: Provider;
  readonly baseUrl: string | undefined;
}

function checkTimes({ path, who, own, poll, provider, baseUrl }: Times) {
  const problems: Problem[] = [];
  const floor = baseUrl === undefined ? 0 : floorAt(provider, baseUrl);
  const interval = own ?? poll.interval ?? Math.max(DEFAULT_INTERVAL, floor);
  if (interval < floor) {
    const at = own === undefined ? ["poll", "interval"] : [...path, "interval"];
    const limit = `${provider.id} allows one read per ${formatDuration(floor)}`;
    problems.push({ path: at, text: `too short for ${who}: ${limit}; give it an interval of at least that` });
  }
  if (poll.stale_after !== undefined && poll.stale_after < interval) {
    const text = `too short for ${who}, which is read every ${formatDuration(interval)}; needs at least that`;
    problems.push({ path: ["poll", "stale_after"], text });
  }
  return { interval, problems };
}

interface Shape {
  readonly settings: Settings;
  /** As written, for the provider to check its own settings. */
  readonly raw: Entry;
  readonly provider: Provider | undefined;
  readonly problems: Problem[];
}

/** Without its provider nobody knows which further keys are right. */
const ANY_ACCOUNT = z.looseObject(ACCOUNT_SHAPE);
const WHAT_IS_RIGHT = z.object(ACCOUNT_SHAPE).partial();
/** To build one takes longer than to check an account by it. */
const ACCOUNTS = new WeakMap<Provider, z.ZodObject>();

function accountOf(provider: Provider): z.ZodObject {
  const schema = ACCOUNTS.get(provider) ?? z.strictObject({ ...provider.settings.shape, ...ACCOUNT_SHAPE });
  ACCOUNTS.set(provider, schema);
  return schema;
}

/** Checks each key by itself, so that a mistake in one does not hide what is wrong with the others. */
function checkShape(entry: unknown, path: Path, providers: readonly Provider[]): Shape {
  const { value: raw, problems: notKeys } = check(ENTRY, entry, path);
  if (raw === undefined) return { settings: {}, raw: {}, provider: undefined, problems: [...notKeys] };

  const provider = providers.find(({ id }) => id === raw["provider"]);
  const { problems: found } = check(provider === undefined ? ANY_ACCOUNT : accountOf(provider), raw, path);
  const problems = [...found];
  if (provider === undefined && typeof raw["provider"] === "string") {
    problems.push({ path: [...path, "provider"], text: unknownProvider(raw["provider"], providers) });
  }
  const wrong = new Set(found.map((problem) => problem.path[path.length]));
  const right = Object.keys(raw).filter((key) => !wrong.has(key));
  const settings = WHAT_IS_RIGHT.parse(pick(raw, right));
  for (const problem of labelProblems(ENTRY.safeParse(raw["labels"]).data ?? {})) {
    problems.push({ ...problem, path: [...path, "labels", ...problem.path] });
  }
  return { settings, raw, provider, problems };
}

/** Longer text is no mistyped id. */
const LONGEST_ID = 24;

function unknownProvider(id: string, providers: readonly Provider[]): string {
  const ids = providers.map((provider) => provider.id);
  const shown = id.length <= LONGEST_ID && isShowable(id) ? ` "${id}"` : "";
  return `unknown provider${shown}, ${suggestion(id, ids)}`;
}

function bind(plan: AccountPlan, path: Path): Pick<CheckedAccount, "account" | "problems"> {
  try {
    return { account: bindAccount(plan), problems: [] };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { account: undefined, problems: toProblems(error, plan.provider.settings, plan.settings, path) };
  }
}

function overridesOf(quotas: Readonly<Record<string, QuotaSettings>>): Readonly<Record<string, QuotaOverride>> {
  return Object.fromEntries(
    Object.entries(quotas).map(([quota, { enforcement, period, limit, severity, unit }]) => [
      quota,
      {
        ...(enforcement !== undefined && { enforcement }),
        // What a declared quota says of itself need not fit what a provider tells under the same id.
        ...(unit === undefined && typeof period === "number" && { periodSeconds: period }),
        ...(unit === undefined && limit !== undefined && { limit }),
        ...(severity !== undefined && { severity }),
      },
    ]),
  );
}

function pick(entry: Entry, keys: readonly string[]): Entry {
  return Object.fromEntries(keys.flatMap((key) => (key in entry ? [[key, entry[key]]] : [])));
}
