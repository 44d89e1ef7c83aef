// How we read accounts beside a bare loop that makes the same calls with undici's `request`, each in a process of its
// own and as fast as it can, in one run: `npm run bench:poll`. Ours also checks every answer, evaluates and keeps it.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { createWatch } from "../src/alerting/watch.ts";
import type { Config, ConfiguredAccount } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load.ts";
import type { HttpClient, JsonRequest } from "../src/http/client.ts";
import { requestHeaders } from "../src/http/outgoing.ts";
import { createHttpClient } from "../src/http/undici-client.ts";
import { readAccount } from "../src/poller/read-account.ts";
import { createSlots, MOST_PER_HOST } from "../src/poller/slots.ts";
import { PROVIDERS } from "../src/providers/registry.ts";
import { openStore } from "../src/store/open-store.ts";
import { daemonFiles } from "./measured-daemon.ts";
import { startHosts } from "./simulated-accounts.ts";

const { values: options } = parseArgs({
  options: {
    accounts: { type: "string", default: "100" },
    rounds: { type: "string", default: "30" },
    /** Of the processes that this one starts. */
    loop: { type: "string" },
    config: { type: "string", default: "" },
  },
});
const LOOPS = ["bare", "reads only", "ours"] as const;
/** The first rounds are those in which V8 compiles. */
const WARM_UP = 5;
const USER_AGENT = "llm-quota-exporter/bench";

interface Result {
  readonly reads: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

type ReadOne = (account: ConfiguredAccount) => Promise<unknown>;

const readWith = (http: HttpClient, { read }: ConfiguredAccount) =>
  readAccount(read, {
    ...{ http, timeoutSeconds: 8, shutdown: new AbortController().signal, now: () => new Date() },
    onBug(error) {
      throw error;
    },
  });

/** Adapter, client, deadline: all of a read but what is made of it. */
function readsOnly(): ReadOne {
  const http = createHttpClient({ userAgent: USER_AGENT });
  return (account) => readWith(http, account);
}

function ours({ accounts, engine }: Config): ReadOne {
  const state = { path: join(options.config, "..", "bench.db") };
  const { store } = openStore({ state, now: () => new Date(), onWrite: () => undefined });
  const watch = createWatch({ accounts, store, settings: engine, startedAt: new Date() });
  const http = createHttpClient({ userAgent: USER_AGENT });
  return async (account) => {
    const outcome = await readWith(http, account);
    if (outcome?.ok !== true) throw new Error(`${account.account} could not be read`);
    watch.take(account, outcome);
  };
}

/** The calls that a read makes, made again by nothing but undici and `JSON.parse`. */
async function bare({ accounts }: Config): Promise<ReadOne> {
  const http = createHttpClient({ userAgent: USER_AGENT });
  const calls = new Map<ConfiguredAccount, JsonRequest<unknown>[]>();
  for (const account of accounts) {
    const made: JsonRequest<unknown>[] = [];
    calls.set(account, made);
    const json: HttpClient["json"] = (call) => {
      made.push(call);
      return http.json(call);
    };
    await readWith({ ...http, json }, account);
  }
  await http.close();
  const dispatcher = new Agent({ connections: 8 });
  return async (account) => {
    for (const call of calls.get(account) ?? []) {
      const { body } = await request(call.url, {
        method: call.method ?? "GET",
        headers: requestHeaders(call, { userAgent: USER_AGENT, call: call.url }),
        body: call.body === undefined ? null : JSON.stringify(call.body),
        dispatcher,
      });
      JSON.parse(await body.text());
    }
  };
}

async function measure(accounts: readonly ConfiguredAccount[], read: ReadOne): Promise<Result> {
  const withSlot = createSlots(MOST_PER_HOST);
  const round = () => Promise.all(accounts.map((account) => withSlot(account.host, () => read(account))));
  for (let warmUp = 0; warmUp < WARM_UP; warmUp++) await round();
  const startedAt = performance.now();
  const before = process.cpuUsage();
  for (let count = 0; count < Number(options.rounds); count++) await round();
  const { user, system } = process.cpuUsage(before);
  return {
    reads: Number(options.rounds) * accounts.length,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
  };
}

async function runLoop(loop: string): Promise<void> {
  const config = await loadConfig({ path: options.config, env: process.env, providers: PROVIDERS });
  const read = loop === "ours" ? ours(config) : loop === "bare" ? await bare(config) : readsOnly();
  process.send?.(await measure(config.accounts, read));
  process.exit(0);
}

async function compare(): Promise<void> {
  const results = new Map<string, Result>();
  for (const loop of LOOPS) {
    await using hosts = await startHosts({ accounts: Number(options.accounts), delayMs: 0 });
    await using files = await daemonFiles(hosts.accounts, 60);
    const args = [`--loop=${loop}`, `--config=${files.config}`, `--rounds=${options.rounds}`];
    const child = fork(new URL(import.meta.url), args, { env: { ...process.env, ...files.env } });
    const [result] = (await once(child, "message")) as [Result];
    results.set(loop, result);
    await once(child, "exit");
  }
  const bareCpu = perRead(results.get("bare"));
  console.log(`${options.accounts} accounts, ${options.rounds} rounds, at most ${MOST_PER_HOST} in flight per host`);
  for (const [loop, result] of results) {
    const cpu = perRead(result);
    console.log(
      `${loop.padEnd(10)} ${(result.reads / result.seconds).toFixed(0).padStart(6)} reads/s, ` +
        `${(cpu * 1e6).toFixed(0).padStart(5)} µs of CPU per read, ${(cpu / bareCpu).toFixed(1)} times bare`,
    );
  }
}

const perRead = (result: Result | undefined) => (result === undefined ? Number.NaN : result.cpuSeconds / result.reads);

await (options.loop === undefined ? compare() : runLoop(options.loop));
