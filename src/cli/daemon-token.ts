import { resolve } from "node:path";
import { readTokenFile, tokenIn } from "../config/web-token.ts";
import type { Secret } from "../secret.ts";
import { type Arguments, TOKEN_VARIABLE, UsageError } from "./arguments.ts";
import type { CommandContext } from "./context.ts";

/** What to show a daemon that asks for a token; undefined if nothing was given. Throws a `UsageError`. */
export async function daemonToken(
  { tokenFile }: Pick<Arguments, "tokenFile">,
  { env }: Pick<CommandContext, "env">,
): Promise<Secret | undefined> {
  const written = env[TOKEN_VARIABLE] ?? "";
  if (tokenFile === undefined && written.trim() === "") return undefined;
  const found = tokenFile === undefined ? tokenIn(written) : await readTokenFile(resolve(tokenFile));
  if ("token" in found) return found.token;
  throw new UsageError(`${tokenFile === undefined ? TOKEN_VARIABLE : "the file of --web.token-file"} ${found.problem}`);
}
