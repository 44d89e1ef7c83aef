import { dirname } from "node:path";
import { z } from "zod";
import type { Provider } from "../providers/provider.ts";
import { readTextFile } from "../text-file.ts";
import { checkAccounts } from "./accounts.ts";
import { checkAlertmanagers } from "./alertmanagers.ts";
import { isUnencrypted } from "./base-url.ts";
import type { OnKeyFile } from "./bind.ts";
import type { Config } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { type Document, parseDocument } from "./document.ts";
import type { Environment } from "./environment.ts";
import { check } from "./issues.ts";
import { type Problem, pathText } from "./problem.ts";
import { checkProxy } from "./proxy.ts";
import { FILE, type FileSettings } from "./schema.ts";
import { checkState } from "./state.ts";
import { checkWebToken, type OnTokenFile, type WebToken } from "./web-token.ts";

interface LoadInput {
  readonly path: string;
  readonly env: Environment;
  readonly providers: readonly Provider[];
  readonly onKeyFile?: OnKeyFile;
  readonly onTokenFile?: OnTokenFile | undefined;
}

const MAX_FILE_BYTES = 1024 * 1024;

/** Reads and checks a config file and the credentials it names. Throws a `ConfigError` with all that is wrong. */
export async function loadConfig(input: LoadInput): Promise<Config> {
  const { path, env, providers, onKeyFile = () => undefined, onTokenFile } = input;
  const document = await readDocument(path);
  const value = withoutNulls(path, document);
  const checked = check(FILE, value, []);
  const settings = checked.value ?? DEFAULTS;
  const problems = [...checked.problems];

  const entries = z.array(z.unknown()).safeParse(value["accounts"]).data ?? [];
  if (Array.isArray(value["accounts"]) && entries.length === 0) problems.push(NO_ACCOUNTS);
  const surroundings = { providers, env, directory: dirname(path), poll: settings.poll, onKeyFile };
  const lineOf = (at: Problem["path"]) => document.positionOf(at, false).line;
  const [accounts, alerting, state, web] = await Promise.all([
    checkAccounts(entries, surroundings, lineOf),
    checkAlertmanagers(settings.alerting.alertmanagers ?? [], dirname(path)),
    checkState(settings.state, dirname(path)),
    checkWebToken(settings.web, { env, directory: dirname(path), onTokenFile }),
  ]);
  const proxy = await checkProxy(settings.proxy, { env, directory: dirname(path), onTokenFile, ...accounts });
  problems.push(...accounts.problems, ...alerting.problems, ...state.problems, ...web.problems, ...proxy.problems);
  if (problems.length + document.duplicates.length > 0) throw refusal(path, document, problems);
  const config = toConfig(settings);
  return {
    ...config,
    web: { ...config.web, ...(web.token && { token: web.token }) },
    alerting: { ...config.alerting, alertmanagers: alerting.alertmanagers },
    state: state.state,
    ...(proxy.proxy && { proxy: proxy.proxy }),
    accounts: accounts.accounts,
    secrets: [...accounts.secrets, ...alerting.secrets, ...state.secrets, ...web.secrets, ...proxy.secrets],
    warnings: [
      ...[accounts, alerting, state, web, proxy].flatMap(({ warnings }) => warnings),
      ...peerWarnings(web.token, config.poll.peer),
    ],
    written: value,
  };
}

async function readDocument(path: string): Promise<Document> {
  const file = await readTextFile(path, MAX_FILE_BYTES);
  if ("text" in file) return parseDocument(path, file.text);
  throw new ConfigError([{ file: path, path: "", problem: `${file.problem}; needs the path of a YAML file` }]);
}

function peerWarnings(token: WebToken | undefined, peer: string | undefined): readonly string[] {
  const isExposed = token !== undefined && peer !== undefined && isUnencrypted(peer);
  return isExposed ? ["the token of web is sent to poll.peer without encryption; use https://"] : [];
}

/** The config of an empty file, but for the accounts. */
export const DEFAULTS: FileSettings = FILE.parse({ accounts: [] });

/** Everything that needs no further file: state, accounts and Alertmanagers are missing. */
export function toConfig({
  web,
  poll,
  engine,
  alerting,
}: FileSettings): Omit<Config, "state" | "proxy" | "accounts" | "secrets" | "warnings" | "written"> {
  const { mode, resend_interval, runbook_base, dashboard_base } = alerting;
  return {
    web: { listen: web.listen_address, externalUrl: web.external_url },
    poll: { timeoutSeconds: poll.timeout, peer: poll.peer },
    engine,
    alerting: {
      mode,
      alertmanagers: [],
      resendSeconds: resend_interval,
      runbookBase: runbook_base,
      dashboardBase: dashboard_base,
    },
  };
}

const NO_ACCOUNTS: Problem = {
  path: ["accounts"],
  text: "the list is empty; name at least one account, or start without a config file to find them in the environment",
};

/** A section of which every line is a comment has the value null: it means the same as none. */
function withoutNulls(file: string, document: Document): Readonly<Record<string, unknown>> {
  const { value } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const kind = value === null ? "nothing" : Array.isArray(value) ? "a list" : "one value";
    const problem: Problem = { path: [], text: `the file holds ${kind}; it needs keys, at least an "accounts:" list` };
    throw refusal(file, document, [problem]);
  }
  return Object.fromEntries(Object.entries(value).filter(([key, part]) => part !== null || !(key in FILE.shape)));
}

function refusal(file: string, document: Document, problems: readonly Problem[]): ConfigError {
  return new ConfigError([...document.duplicates, ...problems.map((problem) => place(file, document, problem))]);
}

function place(file: string, document: Document, { path, text, atKey }: Problem) {
  const { line, column } = document.positionOf(path, atKey === true);
  return { file, line, column, path: pathText(path), problem: text };
}
