import { resolve } from "node:path";
import type { CredentialKind, Provider } from "../providers/provider.ts";
import { Secret } from "../secret.ts";
import { isOpenToAll, readTextFile, type TextFile } from "../text-file.ts";
import { type Environment, isUnset } from "./environment.ts";
import type { Problem, Report } from "./problem.ts";

const CREDENTIAL_KEYS = ["api_key_env", "api_key_file", "credentials_file"] as const;
type CredentialKey = (typeof CREDENTIAL_KEYS)[number];
type CredentialSettings = { readonly [Key in CredentialKey]?: string | undefined };

export interface Credential {
  readonly apiKey?: Secret;
  /** What the file of the key holds now. */
  readonly readAgain?: () => Promise<{ readonly key: Secret } | { readonly problem: string }>;
  /** Absolute. The provider reads it itself, at every poll. */
  readonly credentialsFile?: string;
}

interface Surroundings {
  readonly env: Environment;
  /** Where relative paths start: the directory of the config file. */
  readonly directory: string;
  /** What speaks against a key in this account. */
  readonly foreign: (key: string) => string | undefined;
  /** Paths begin at the account. */
  readonly report: Report;
  readonly warn: (text: string) => void;
}

const TAKES_KEY = "takes a key; name its environment variable with api_key_env, or its file with api_key_file";
const MAX_KEY_BYTES = 64 * 1024;
const MAX_LOGIN_BYTES = 1024 * 1024;

/** Resolves what an account says of its credential; what is wrong with it is reported and left out. */
export async function readCredential(
  provider: Provider,
  settings: CredentialSettings,
  surroundings: Surroundings,
): Promise<Credential> {
  const { api_key_env, api_key_file, credentials_file } = settings;
  const wrong = misuse(provider, settings);
  if (wrong !== undefined) {
    surroundings.report(wrong.path, wrong.text);
    return {};
  }
  if (api_key_env !== undefined) return keyFromEnvironment(api_key_env, surroundings);
  if (api_key_file !== undefined) return keyFromFile(api_key_file, surroundings);
  if (credentials_file !== undefined) return loginFile(credentials_file, surroundings);
  return {};
}

/** Which of the three keys a provider takes, and what to tell who wrote another one or none. */
const KINDS = {
  api_key: { keys: ["api_key_env", "api_key_file"], isNeeded: true, how: TAKES_KEY },
  optional_api_key: { keys: ["api_key_env", "api_key_file"], isNeeded: false, how: TAKES_KEY },
  none: { keys: [], isNeeded: false, how: "takes no credential; remove this line" },
  credentials_file: {
    keys: ["credentials_file"],
    isNeeded: true,
    how: "reads a login file; name it with credentials_file",
  },
} as const satisfies Record<CredentialKind, { keys: readonly CredentialKey[]; isNeeded: boolean; how: string }>;

function misuse({ id, credential, noLogin }: Provider, settings: CredentialSettings): Problem | undefined {
  const { keys, isNeeded, how }: { keys: readonly CredentialKey[]; isNeeded: boolean; how: string } = KINDS[credential];
  const given = CREDENTIAL_KEYS.filter((key) => settings[key] !== undefined);
  const foreign = given.find((key) => !keys.includes(key));
  if (foreign !== undefined) {
    const why = foreign === "credentials_file" && noLogin !== undefined ? `; ${noLogin}` : "";
    return { path: [foreign], text: `the provider ${id} ${how}${why}` };
  }
  const [first, second] = given;
  if (second !== undefined) return { path: [second], text: `${first} names a key already; keep one of the two` };
  return first === undefined && isNeeded ? { path: [], text: `the provider ${id} ${how}` } : undefined;
}

function keyFromEnvironment(name: string, { env, foreign, report }: Surroundings): Credential {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    report(["api_key_env"], "needs the name of an environment variable, such as NANOGPT_API_KEY; never the key itself");
    return {};
  }
  // Somebody may have put the key itself here. Keys have lower-case letters, the usual variables have none.
  const variable = /[a-z]/.test(name) ? "the environment variable named here" : `the environment variable ${name}`;
  const text = env[name];
  if (isUnset(text)) {
    report(["api_key_env"], `${variable} is ${text === undefined ? "not set" : "empty"}; it has to hold the key`);
    return {};
  }
  const problem = keyProblem(text) ?? foreign(text.trim());
  if (problem !== undefined) report(["api_key_env"], `${variable} ${problem}`);
  return problem === undefined ? toKey(text) : {};
}

async function keyFromFile(path: string, { directory, foreign, report, warn }: Surroundings): Promise<Credential> {
  const absolute = resolve(directory, path);
  const file = await readKeyFile(absolute);
  if ("problem" in file) {
    report(["api_key_file"], `the file ${file.problem}; it has to hold the key alone${relativeHint(path, directory)}`);
    return {};
  }
  const wrong = foreign(file.text.trim());
  if (wrong !== undefined) {
    report(["api_key_file"], `the file ${wrong}`);
    return {};
  }
  if (isOpenToAll(file.mode)) warn("every user may read its api_key_file; take that right away with chmod o-r");
  const readAgain = async () => {
    const now = await readKeyFile(absolute);
    if ("problem" in now) return now;
    const problem = foreign(now.text.trim());
    return problem === undefined ? { key: toKey(now.text).apiKey } : { problem };
  };
  return { ...toKey(file.text), readAgain };
}

async function readKeyFile(path: string): Promise<TextFile> {
  const file = await readTextFile(path, MAX_KEY_BYTES);
  if ("problem" in file) return file;
  const problem = isUnset(file.text) ? "is empty" : keyProblem(file.text);
  return problem === undefined ? file : { problem };
}

async function loginFile(path: string, { directory, report }: Surroundings): Promise<Credential> {
  const credentialsFile = resolve(directory, path);
  const file = await readTextFile(credentialsFile, MAX_LOGIN_BYTES);
  if ("mode" in file) return { credentialsFile };
  report(["credentials_file"], `the login file ${file.problem}${relativeHint(path, directory)}`);
  return {};
}

/** The path itself may be a key that somebody put on the wrong line: it is not repeated. */
function relativeHint(path: string, directory: string): string {
  return path.startsWith("/") ? "" : ` (relative paths start at ${resolve(directory)})`;
}

/** What makes a text no key, though there is some. Anything else could not be sent in a header. */
export function keyProblem(text: string): string | undefined {
  if (/^[\x20-\x7e]+$/.test(text.trim())) return undefined;
  return "holds a line break, a control character or one outside ASCII, which no key has";
}

/** Editors and `echo` leave a line end, which is not part of the key. */
function toKey(text: string): { readonly apiKey: Secret } {
  return { apiKey: new Secret(text.trim()) };
}
