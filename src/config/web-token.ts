import { resolve } from "node:path";
import { Secret } from "../secret.ts";
import { isOpenToAll, readTextFile } from "../text-file.ts";
import type { Environment } from "./environment.ts";
import type { Problem } from "./problem.ts";

/** What everybody has to show who asks the daemon something. */
export interface WebToken {
  /** Whether it is this one, as its file holds it by now. */
  accepts(given: string): Promise<boolean>;
  /** For calls of our own to a daemon that asks for the same one. */
  current(): Promise<Secret>;
}

/** Hears when the file of the token holds another one, or cannot be read any more; the last token is used then. */
export type OnTokenFile = (
  news: { readonly token: Secret } | { readonly problem: string },
  section: "web" | "proxy",
) => void;

interface TokenSettings {
  readonly token_env?: string | undefined;
  readonly token_file?: string | undefined;
}

interface Surroundings {
  readonly env: Environment;
  /** Where relative paths start. */
  readonly directory: string;
  readonly onTokenFile?: OnTokenFile | undefined;
  /** The section of the config that the keys stand in. */
  readonly section?: "web" | "proxy";
}

interface CheckedToken {
  readonly token?: WebToken;
  readonly secrets: readonly Secret[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

type Found = { readonly token: Secret; readonly mode: number } | { readonly problem: string };

const LEAST = 16;
const MOST = 512;
const MAX_FILE_BYTES = 64 * 1024;
/** An exchanged file is noticed this late at most, and however many ask, it is read no more often. */
const FRESH_MS = 1000;

export const ONE_TOKEN = "needs either token_env or token_file, not both";

/** Resolves what a section says of its token. */
export async function checkWebToken(
  { token_env, token_file }: TokenSettings,
  { env, directory, onTokenFile = () => undefined, section = "web" }: Surroundings,
): Promise<CheckedToken> {
  const none = { secrets: [], warnings: [], problems: [] };
  if (token_env !== undefined) {
    const found = tokenIn(env[token_env] ?? "");
    if ("problem" in found)
      return { ...none, problems: [problemAt(section, "token_env", `its variable ${found.problem}`)] };
    return { ...none, token: fixed(found.token), secrets: [found.token] };
  }
  if (token_file === undefined) return none;
  const read = () => readTokenFile(resolve(directory, token_file));
  const first = await read();
  if ("problem" in first) return { ...none, problems: [problemAt(section, "token_file", `the file ${first.problem}`)] };
  const warning = `every user may read ${section}.token_file; take that right away with chmod o-r`;
  return {
    ...none,
    token: rotating(first.token, read, (news) => onTokenFile(news, section)),
    secrets: [first.token],
    warnings: isOpenToAll(first.mode) ? [warning] : [],
  };
}

const problemAt = (section: string, key: string, text: string): Problem => ({ path: [section, key], text });

/** The token that a text holds, as a file or a variable does. */
export function tokenIn(text: string): { readonly token: Secret } | { readonly problem: string } {
  const plain = text.trim();
  if (plain === "") return { problem: "is not set or empty; it has to hold the token alone" };
  if (!/^[\x21-\x7e]+$/.test(plain) || plain.length < LEAST || plain.length > MOST)
    return { problem: `has to hold the token alone: ${LEAST} to ${MOST} characters of ASCII without a space` };
  return { token: new Secret(plain) };
}

export async function readTokenFile(path: string): Promise<Found> {
  const file = await readTextFile(path, MAX_FILE_BYTES);
  if ("problem" in file) return file;
  const found = tokenIn(file.text);
  return "problem" in found ? found : { ...found, mode: file.mode };
}

const fixed = (token: Secret): WebToken => ({
  accepts: async (given) => token.matches(given),
  current: async () => token,
});

function rotating(
  first: Secret,
  read: () => Promise<Found>,
  onNews: (news: Parameters<OnTokenFile>[0]) => void,
): WebToken {
  let token = first;
  let problem: string | undefined;
  let readAt = performance.now();
  let reading: Promise<void> | undefined;

  const readAgain = async () => {
    const found = await read();
    readAt = performance.now();
    if ("problem" in found) {
      if (found.problem !== problem) onNews(found);
      problem = found.problem;
      return;
    }
    problem = undefined;
    if (found.token.digest() === token.digest()) return;
    onNews({ token: found.token });
    token = found.token;
  };
  const fresh = async () => {
    if (performance.now() - readAt < FRESH_MS) return token;
    reading ??= readAgain().finally(() => {
      reading = undefined;
    });
    await reading;
    return token;
  };
  return { accepts: async (given) => (await fresh()).matches(given), current: fresh };
}
