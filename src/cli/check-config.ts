import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig, NO_ACCOUNTS } from "./load.ts";

/** A bad config is reported by the caller, as for every command. */
export async function checkConfig(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const config = await loadAnyConfig(args, context);
  if (config.accounts.length === 0) {
    await write(context.stderr, NO_ACCOUNTS);
    return 2;
  }
  const from = args.configFile ?? "the environment";
  const lines = [
    ...config.warnings.map((warning) => `warning: ${warning}`),
    `${from}: good, ${config.accounts.length} account${config.accounts.length === 1 ? "" : "s"}`,
    ...config.accounts.map(({ account, provider, host }) => `  ${account}: ${provider} at ${host}`),
  ];
  await write(context.stdout, `${lines.join("\n")}\n`);
  return 0;
}
