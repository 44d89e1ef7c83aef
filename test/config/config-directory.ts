import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { PROVIDERS } from "./providers.ts";

export const KEY = "sk-canary-0123456789";

export interface ConfigDirectory {
  readonly directory: string;
  readonly path: string;
}

/** A directory with a `config.yaml`, removed when the test is over. */
export async function configDirectory(text: string | Uint8Array): Promise<ConfigDirectory> {
  const directory = await mkdtemp(join(tmpdir(), "config-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "config.yaml");
  await writeFile(path, text);
  return { directory, path };
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly providers?: readonly Provider[];
}

export async function load(text: string | Uint8Array, surroundings: Surroundings = {}): Promise<Config> {
  const { path } = await configDirectory(text);
  return loadAt(path, surroundings);
}

export function loadAt(path: string, { env = { ACME_KEY: KEY }, providers = PROVIDERS }: Surroundings = {}) {
  return loadConfig({ path, env, providers });
}

/** The lines of the error, with the directory of the file taken out. */
export async function problemsOf(
  text: string | Uint8Array,
  surroundings: Surroundings = {},
): Promise<readonly string[]> {
  const { directory, path } = await configDirectory(text);
  return linesOf(loadAt(path, surroundings), directory);
}

export async function linesOf(loading: Promise<Config>, directory: string): Promise<readonly string[]> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw error ?? new Error("this config was expected to be refused");
  return error.message.split("\n").map((line) => line.replaceAll(`${directory}/`, "").replaceAll(directory, "DIR"));
}
