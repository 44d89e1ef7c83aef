import { z } from "zod";
import { userAgent } from "../app.ts";
import type { OnKeyFile } from "../config/bind.ts";
import type { Config } from "../config/config.ts";
import { discoverConfig } from "../config/discovery.ts";
import { parseListenAddress } from "../config/listen-address.ts";
import { loadConfig } from "../config/load.ts";
import type { OnTokenFile } from "../config/web-token.ts";
import { createLazyHttpClient } from "../http/lazy-client.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import type { CommandContext } from "./context.ts";

/** There is nothing to watch; the first line says so, the others what to do. */
export class NoAccountError extends UsageError {}

/** The config file that was named, else what the environment tells; flags go over both. Throws a `ConfigError`, and a `UsageError` when there is no account. */
export async function loadAnyConfig(
  args: Arguments,
  { env, build }: CommandContext,
  { onKeyFile, onTokenFile, reachable = createProbe(userAgent(build)) }: LoadOptions = {},
): Promise<Config> {
  const config =
    args.configFile === undefined
      ? await discoverConfig({ env, providers: PROVIDERS, reachable })
      : await loadConfig({
          ...{ path: args.configFile, env, providers: PROVIDERS, onTokenFile },
          ...(onKeyFile && { onKeyFile }),
        });
  if (config.accounts.length === 0) throw new NoAccountError(NO_ACCOUNTS);
  return withListenAddress(config, args.listenAddress);
}

export function withListenAddress(config: Config, text: string | undefined): Config {
  if (text === undefined) return config;
  const listen = parseListenAddress(text);
  if (listen === undefined)
    throw new UsageError(`--web.listen-address is "${text}", needs host:port, such as 127.0.0.1:10844`);
  const web = { ...(config.written["web"] as object | null | undefined), listen_address: text };
  return { ...config, web: { ...config.web, listen }, written: { ...config.written, web } };
}

interface LoadOptions {
  readonly onKeyFile?: OnKeyFile;
  readonly onTokenFile?: OnTokenFile;
  /** Whether anything that speaks HTTP answers at a URL. */
  readonly reachable?: (url: string) => Promise<boolean>;
}

const PROBE_MS = 1000;

/** Whether anything answers at a URL, whatever it says; what answered once counts as there from then on. */
export function createProbe(agent: string) {
  const known = new Set<string>();
  return async (url: string): Promise<boolean> => {
    if (known.has(url) || (await answers(url))) known.add(url);
    return known.has(url);
  };

  async function answers(url: string): Promise<boolean> {
    const http = createLazyHttpClient({ userAgent: agent });
    try {
      await http.json({ url, schema: z.unknown(), signal: AbortSignal.timeout(PROBE_MS) });
      return true;
    } catch (error) {
      // Whatever is not an answer means that nobody we know is there.
      return error instanceof UpstreamError && error.status !== undefined;
    } finally {
      await http.close();
    }
  }
}

const NO_ACCOUNTS = `no account found: none of the variables that providers use is set, and no local server answers.
Set one (such as DEEPSEEK_API_KEY), write a config (--config.file, see config.example.yaml),
or look round without any account: llm-quota-exporter demo`;
