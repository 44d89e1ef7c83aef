import { type App, createApp } from "../app.ts";
import type { Config } from "../config/config.ts";
import { createLogger, createScrubber, type Scrubber } from "../log.ts";
import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";

export async function serve(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const scrubber = createScrubber();
  const loadConfig = async () => {
    const config = await loadAnyConfig(args, context, (key) => scrubber.learn([key]));
    scrubber.learn(config.secrets);
    return config;
  };
  return runDaemon(await loadConfig(), args, context, { loadConfig, scrubber });
}

interface DaemonOptions {
  /** Reads the config anew when the process is asked to; absent where it cannot change. */
  readonly loadConfig?: () => Promise<Config>;
  readonly scrubber?: Scrubber;
  /** Hears the address that it listens on. */
  readonly onStarted?: (url: string) => Promise<void>;
}

/** Runs until the process is asked to stop. */
export async function runDaemon(
  config: Config,
  { logLevel, logFormat, lifecycleEnabled }: Pick<Arguments, "logLevel" | "logFormat" | "lifecycleEnabled">,
  { stdout, stderr, build, stopped, onHangup, onCrash }: CommandContext,
  { loadConfig, scrubber = createScrubber(config.secrets), onStarted = async () => undefined }: DaemonOptions,
): Promise<ExitCode> {
  const { scrub } = scrubber;
  const log = createLogger({ level: logLevel, format: logFormat, scrub, write: (line) => stdout.write(line) });
  onCrash((err) => log.fatal({ err }, "a fault that nobody caught, please report it"));
  const app: App = createApp({ config, ...(loadConfig && { loadConfig }), lifecycleEnabled, log, scrub, build });
  if (loadConfig !== undefined) onHangup(() => void app.reload());
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
