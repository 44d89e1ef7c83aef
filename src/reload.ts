import { isDeepStrictEqual } from "node:util";
import type { Config } from "./config/config.ts";
import type { Logger } from "./log.ts";

interface ReloadOptions {
  /** Reads and checks the config anew, and throws what is wrong with it. */
  readonly load: () => Promise<Config>;
  readonly log: Logger;
  readonly refused: () => void;
  readonly swap: (config: Config) => void;
}

export interface Reloads {
  /** Resolves with what is wrong with the new config, or undefined when it has taken the place of the old one. */
  reload(): Promise<string | undefined>;
  /** From now on nothing is swapped any more. */
  end(): void;
}

/** One reload at a time; whoever asks during one shares the next, which sees what the file holds then. */
export function createReloads({ load, log, refused, swap }: ReloadOptions): Reloads {
  let running: Promise<string | undefined> | undefined;
  let next: Promise<string | undefined> | undefined;
  let hasEnded = false;

  const reloadOnce = async (): Promise<string | undefined> => {
    try {
      const config = await load();
      if (hasEnded) return "the daemon is stopping";
      swap(config);
      for (const text of config.warnings) log.warn(text);
      log.info({ accounts: config.accounts.length }, "the config was reloaded");
      return undefined;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      refused();
      log.error({ problem }, "the config was refused, everything goes on as it was");
      return problem;
    }
  };
  const begin = (): Promise<string | undefined> => {
    next = undefined;
    running = reloadOnce().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    async reload() {
      if (running === undefined) return begin();
      next ??= running.then(begin);
      return next;
    },
    end() {
      hasEnded = true;
    },
  };
}

/** The new config as far as it can be had without a restart: what is held open since the start stays. */
export function withWhatStays(before: Config, next: Config, log: Logger): Config {
  if (!isDeepStrictEqual(before.web.listen, next.web.listen))
    log.warn("web.listen_address is not what the config says now: that takes a restart");
  if (!isDeepStrictEqual(before.proxy?.listen, next.proxy?.listen))
    log.warn("proxy.listen_address is not what the config says now: that takes a restart");
  // As text it has no functions, of which no two are equal.
  if (JSON.stringify(before.state) !== JSON.stringify(next.state))
    log.warn("state is not what the config says now: that takes a restart");
  const { state, written } = before;
  const { proxy: nextProxy, ...rest } = next;
  const proxy = before.proxy && { listen: before.proxy.listen, routes: nextProxy?.routes ?? [] };
  const web = { ...next.web, listen: before.web.listen };
  return {
    ...rest,
    ...(proxy && { proxy }),
    web,
    state,
    written: { ...next.written, web: writtenWeb(before, next), state: written["state"] },
  };
}

/** The section as the file has it now, but for the address that is still the one from before. */
function writtenWeb(before: Config, next: Config): Config["written"][string] {
  if (isDeepStrictEqual(before.web.listen, next.web.listen)) return next.written["web"];
  const { listen_address: _, ...rest } = sectionOf(next);
  const { listen_address } = sectionOf(before);
  const web = { ...rest, ...(listen_address !== undefined && { listen_address }) };
  return Object.keys(web).length === 0 ? undefined : web;
}

const sectionOf = ({ written }: Config) =>
  (written["web"] ?? {}) as { readonly listen_address?: unknown; readonly [key: string]: unknown };
