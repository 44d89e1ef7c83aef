import { COMPILE_CACHE, MAIN, NODE } from "./command-line.ts";
import { freePort } from "./free-port.ts";
import { type ExitStatus, startProcess } from "./processes.ts";

export interface DaemonPlan {
  readonly configText: string;
  /** Further files beside the config, such as one that holds a key. */
  readonly files?: Readonly<Record<string, string>>;
  /** Nothing of the runner's own environment reaches the daemon but the search path. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments. */
  readonly args?: readonly string[];
  /** That of an earlier one, so that a restart does not change its address. */
  readonly port?: number;
  /** By default ready means that every account has been attempted once; `/-/healthy` does not wait for that. */
  readonly readyPath?: "/-/ready" | "/-/healthy";
}

export interface Daemon extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  get(path: string): Promise<Response>;
  /** The text of `/metrics`. */
  metrics(): Promise<string>;
  /** Standard output and standard error so far. */
  logs(): string;
  stop(signal?: NodeJS.Signals): Promise<ExitStatus>;
}

/** The real daemon as a process of its own. */
export async function startDaemon(plan: DaemonPlan): Promise<Daemon> {
  const { configText, files = {}, env = {}, args = [], port = await freePort(), readyPath = "/-/ready" } = plan;
  const url = `http://127.0.0.1:${port}`;
  const started = await startProcess({
    name: "llm-quota-exporter",
    command: NODE,
    files: { ...files, "config.yaml": configText },
    env: { ...COMPILE_CACHE, ...env },
    args: (directory) => [
      MAIN,
      "serve",
      `--config.file=${directory}/config.yaml`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...args,
    ],
    readyUrl: `${url}${readyPath}`,
    readyTimeoutMs: 30_000,
  });
  const stop = (signal?: NodeJS.Signals) => started.stop(signal);
  return {
    url,
    port,
    pid: started.pid,
    get: (path) => fetch(`${url}${path}`),
    async metrics() {
      const response = await fetch(`${url}/metrics`);
      if (!response.ok) throw new Error(`/metrics answers ${response.status}: ${await response.text()}`);
      return response.text();
    },
    logs: () => started.output(),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}
