import { createApp } from "../app.ts";
import type { Config } from "../config/config.ts";
import { createLogger } from "../log.ts";
import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";

export async function serve(args: Arguments, context: CommandContext): Promise<ExitCode> {
  return runDaemon(await loadAnyConfig(args, context), args, context);
}

/** Runs until the process is asked to stop. `onStarted` hears the address that it listens on. */
export async function runDaemon(
  config: Config,
  args: Pick<Arguments, "logLevel" | "logFormat">,
  { stdout, stderr, build, stopped, onCrash }: CommandContext,
  onStarted: (url: string) => Promise<void> = async () => undefined,
): Promise<ExitCode> {
  const log = createLogger({
    level: args.logLevel,
    format: args.logFormat,
    secrets: config.secrets,
    write: (line) => stdout.write(line),
  });
  onCrash((err) => log.fatal({ err }, "a fault that nobody caught, please report it"));
  const app = createApp({ config, log, build });
  try {
    await onStarted(await app.start());
  } catch (error) {
    await app.stop();
    await write(stderr, `${(error as Error).message}\n`);
    return 1;
  }
  await stopped;
  log.info("stopping");
  await app.stop();
  return 0;
}
