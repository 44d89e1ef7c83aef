import { dirname, isAbsolute } from "node:path";
import { createApp, userAgent } from "../app.ts";
import type { OnKeyFile } from "../config/bind.ts";
import type { Config } from "../config/config.ts";
import type { OnTokenFile } from "../config/web-token.ts";
import { createLogger, createScrubber, type Logger, type Scrub } from "../log.ts";
import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { createProbe, loadAnyConfig } from "./load.ts";

export async function serve(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const scrubber = createScrubber();
  const log = createDaemonLog(args, context, scrubber.scrub);
  const onKeyFile: OnKeyFile = (account, news) => {
    if ("problem" in news) {
      log.warn({ account, problem: news.problem }, "the key file cannot be used, the key from before is");
      return;
    }
    scrubber.learn([news.key]);
    log.info({ account }, "the key file holds another key, which is used from now on");
  };
  const onTokenFile: OnTokenFile = (news, section) => {
    if ("problem" in news) {
      log.warn({ section, problem: news.problem }, "the token file cannot be used, the token from before is");
      return;
    }
    scrubber.learn([news.token]);
    log.info({ section }, "the token file holds another token, which is asked for from now on");
  };
  const reachable = createProbe(userAgent(context.build));
  const loadConfig = async () => {
    const config = await loadAnyConfig(args, context, { onKeyFile, onTokenFile, reachable });
    scrubber.learn(config.secrets);
    return config;
  };
  // One that comes while the daemon starts is remembered, as the config may have been read already.
  const hangups = collectHangups(context);
  const scrub = withoutDirectory(args.configFile, scrubber.scrub);
  return runDaemon(await loadConfig(), args, context, { log, scrub, loadConfig, onHangup: hangups.heardBy });
}

export function createDaemonLog(
  { logLevel, logFormat }: Pick<Arguments, "logLevel" | "logFormat">,
  { stdout }: CommandContext,
  scrub: Scrub,
): Logger {
  return createLogger({ level: logLevel, format: logFormat, scrub, write: (line) => stdout.write(line) });
}

interface DaemonOptions {
  readonly log: Logger;
  /** For what is shown over HTTP. */
  readonly scrub: Scrub;
  /** Reads the config anew when the process is asked to; absent where it cannot change. */
  readonly loadConfig?: () => Promise<Config>;
  readonly onHangup?: CommandContext["onHangup"];
  /** Hears the address that it listens on. */
  readonly onStarted?: (url: string) => Promise<void>;
}

/** Runs until the process is asked to stop. */
export async function runDaemon(
  config: Config,
  { lifecycleEnabled, isDryRun }: Pick<Arguments, "lifecycleEnabled" | "isDryRun">,
  { stderr, build, stopped, onCrash }: CommandContext,
  { log, scrub, loadConfig, onHangup, onStarted }: DaemonOptions,
): Promise<ExitCode> {
  onCrash((err) => log.fatal({ err }, "a fault that nobody caught, please report it"));
  const app = createApp({ config, ...(loadConfig && { loadConfig }), lifecycleEnabled, isDryRun, log, scrub, build });
  try {
    const url = await app.start();
    await onStarted?.(url);
  } catch (error) {
    await app.stop();
    await write(stderr, `${(error as Error).message}\n`);
    return 1;
  }
  onHangup?.(() => void app.reload());
  await stopped;
  log.info("stopping");
  await app.stop();
  return 0;
}

function collectHangups({ onHangup }: CommandContext) {
  let missed = false;
  let hear = () => {
    missed = true;
  };
  onHangup(() => hear());
  return {
    heardBy(reload: () => void) {
      hear = reload;
      if (missed) reload();
    },
  };
}

/** Where the config lies is nobody's business who asks over HTTP. */
function withoutDirectory(file: string | undefined, scrub: Scrub): Scrub {
  if (file === undefined || !isAbsolute(file)) return scrub;
  return (text) => scrub(text).replaceAll(`${dirname(file)}/`, "");
}
