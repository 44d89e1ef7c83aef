import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";

/** A bad config is reported by the caller, as for every command. */
export async function checkConfig(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const config = await loadAnyConfig(args, context);
  const from = args.configFile ?? "the environment";
  const lines = [
    ...config.warnings.map((warning) => `warning: ${warning}`),
    `${from}: good, ${config.accounts.length} account${config.accounts.length === 1 ? "" : "s"}`,
    ...config.accounts.map(({ account, provider, host }) => `  ${account}: ${provider} at ${host}`),
  ];
  await write(context.stdout, `${lines.join("\n")}\n`);
  return 0;
}
