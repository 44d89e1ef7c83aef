import { tryAnswer } from "./answer-file.ts";
import type { Arguments } from "./arguments.ts";
import { chosen } from "./chosen-accounts.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { codeText, shownLines } from "./explanation.ts";
import { loadAnyConfig } from "./load.ts";
import { mappingText } from "./mapping-text.ts";

/** A bad config is reported by the caller, as for every command. */
export async function checkConfig(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const config = await loadAnyConfig(args, context);
  const accounts = chosen(config.accounts, args.account);
  const from = args.configFile ?? "the environment";
  const lines = [
    ...config.warnings.map((warning) => `warning: ${warning}`),
    `${from}: good, ${config.accounts.length} account${config.accounts.length === 1 ? "" : "s"}`,
    ...accounts.map(({ account, provider, host }) => `  ${account}: ${provider} at ${host}`),
  ];
  await write(context.stdout, `${lines.join("\n")}\n`);
  const [account] = accounts;
  if (args.account === undefined || account === undefined) return 0;
  if (args.answerFile !== undefined) return tryAnswer({ account, file: args.answerFile, config }, context);
  const { provider, mapping } = account;
  const description = mapping === undefined ? [codeText(provider)] : mappingText(mapping());
  await write(context.stdout, `\n${shownLines(description, config.secrets)}`);
  return 0;
}
