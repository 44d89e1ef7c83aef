import { isDeepStrictEqual } from "node:util";
import type { Config } from "./config/config.ts";
import type { Logger } from "./log.ts";

interface ReloadOptions {
  /** Reads and checks the config anew, and throws what is wrong with it. */
  readonly load: (() => Promise<Config>) | undefined;
  readonly log: Logger;
  readonly refused: () => void;
  readonly swap: (config: Config) => void;
}

/** One reload after the other: what a file holds when a later one was asked for is what counts in the end. */
export function createReload({ load, log, refused, swap }: ReloadOptions): () => Promise<string | undefined> {
  const reloadOnce = async (): Promise<string | undefined> => {
    if (load === undefined) return "this daemon has no config that could change";
    let config: Config;
    try {
      config = await load();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      refused();
      log.error({ problem }, "the config was refused, everything goes on as it was");
      return problem;
    }
    swap(config);
    for (const text of config.warnings) log.warn(text);
    log.info({ accounts: config.accounts.length }, "the config was reloaded");
    return undefined;
  };
  let last: Promise<string | undefined> = Promise.resolve(undefined);
  return () => {
    last = last.then(reloadOnce, reloadOnce);
    return last;
  };
}

/** What a daemon holds open since its start. */
export function warnOfWhatStays(log: Logger, before: Config, next: Config): void {
  if (!isDeepStrictEqual(before.web.listen, next.web.listen))
    log.warn("web.listen_address has changed, which takes a restart: the old one stays");
  if (!isDeepStrictEqual(before.state, next.state))
    log.warn("state has changed, which takes a restart: the old one stays");
}
