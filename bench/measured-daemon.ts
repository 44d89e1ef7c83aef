// The daemon as its users run it, measured from outside.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../test/support/free-port.ts";
import type { SimulatedAccount } from "./simulated-accounts.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The built program where there is one, since that is what users install; types are stripped at every start of the other. */
export const BUILT = existsSync(`${ROOT}dist/main.js`) ? `${ROOT}dist/main.js` : `${ROOT}src/main.ts`;

export interface Usage {
  readonly rssMb: number;
  readonly mostRssMb: number;
  /** Of all threads, since the process began. */
  readonly cpuSeconds: number;
}

export interface MeasuredDaemon {
  readonly url: string;
  usage(): Promise<Usage>;
  /** `/metrics`, as soon as it is answered. */
  page(): Promise<string>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface DaemonFiles extends AsyncDisposable {
  /** The config file for these accounts, with the state beside it. */
  readonly config: string;
  setInterval(seconds: number): Promise<void>;
  readonly env: Readonly<Record<string, string>>;
}

/** Whatever runs on these files finds what an earlier run kept. */
export async function daemonFiles(accounts: readonly SimulatedAccount[], seconds: number): Promise<DaemonFiles> {
  const folder = await mkdtemp(join(tmpdir(), "llm-quota-bench-"));
  const path = join(folder, "config.yaml");
  const variable = (index: number) => `BENCH_KEY_${index}`;
  const setInterval = (interval: number) => {
    const config = {
      poll: { interval: `${interval}s` },
      state: { path: join(folder, "state.db") },
      accounts: accounts.map(({ name, provider, baseUrl }, index) => ({
        ...{ name, provider, base_url: baseUrl },
        api_key_env: variable(index),
      })),
    };
    return writeFile(path, JSON.stringify(config, null, 1));
  };
  await setInterval(seconds);
  return {
    config: path,
    setInterval,
    env: Object.fromEntries(accounts.map(({ key }, index) => [variable(index), key])),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function startDaemon(files: DaemonFiles, main: string): Promise<MeasuredDaemon> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [main, "serve", `--config.file=${files.config}`, `--web.listen-address=127.0.0.1:${port}`];
  const env = { PATH: process.env["PATH"] ?? "", TMPDIR: tmpdir(), ...files.env };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const { pid } = child;
  return {
    url,
    usage: () => usageOf(pid),
    page: () => answered(url),
    async stop(signal) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}

/** The page as soon as there is one. */
async function answered(url: string): Promise<string> {
  for (;;) {
    try {
      const response = await fetch(`${url}/metrics`);
      return await response.text();
    } catch {
      // Not listening yet.
      await sleep(2);
    }
  }
}

/** Clock ticks a second in what Linux tells of a process. */
const TICKS = 100;

async function usageOf(pid: number | undefined): Promise<Usage> {
  const [status, stat] = await Promise.all(["status", "stat"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8")));
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status ?? "")?.[1]);
  // The second field is a name that may hold spaces.
  const times = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
  return {
    rssMb: kilobytes("VmRSS") / 1024,
    mostRssMb: kilobytes("VmHWM") / 1024,
    cpuSeconds: (Number(times[11]) + Number(times[12])) / TICKS,
  };
}
