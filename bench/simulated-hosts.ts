// A process of its own: simulated providers, each a host that many accounts share. Started by `startHosts`.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SimulatedBalance } from "../src/demo/balance.ts";
import { chutes } from "../src/demo/chutes.ts";
import { deepseek } from "../src/demo/deepseek.ts";
import { DAY, HOUR, MONTH, WEEK } from "../src/demo/demo-time.ts";
import { steady } from "../src/demo/load.ts";
import { nanogpt } from "../src/demo/nanogpt.ts";
import { openrouter } from "../src/demo/openrouter.ts";
import type { Upstream } from "../src/demo/upstream.ts";
import { SimulatedWindow } from "../src/demo/window.ts";
import type { HostFigures, HostsPlan, SimulatedAccount } from "./simulated-accounts.ts";

const HOSTS = 10;
const FIRST_PATHS = {
  nanogpt: "/subscription/v1/usage",
  deepseek: "/user/balance",
  chutes: "/users/me",
  openrouter: "/key",
};
const PROVIDERS = ["nanogpt", "deepseek", "chutes", "openrouter"] as const;

/** In use all the time, so that no reading is like the one before. */
function upstreamOf(provider: (typeof PROVIDERS)[number], key: string, index: number): Upstream {
  const window = (limit: number, periodSeconds: number) =>
    new SimulatedWindow({
      limit,
      periodSeconds,
      resetsInSeconds: periodSeconds * (0.2 + 0.7 * ((index * 0.618) % 1)),
      usedAtStart: limit * 0.3,
      load: steady((limit * (0.5 + (index % 7) / 10)) / periodSeconds),
    });
  const left = new SimulatedBalance({ amount: 100 + index, load: steady(0.0001 * (1 + (index % 5))) });
  switch (provider) {
    case "nanogpt":
      return nanogpt({
        key,
        wallet: left,
        weeklyInputTokens: window(60_000_000, WEEK),
        dailyInputTokens: window(10_000_000, DAY),
        dailyImages: window(1_000_000, DAY),
      });
    case "deepseek":
      return deepseek({ key, balances: { USD: left } });
    case "chutes":
      return chutes({
        key,
        balance: left,
        caps: { fourHour: window(4_000_000, 4 * HOUR), monthly: window(50_000_000, MONTH) },
      });
    case "openrouter":
      return openrouter({ key, cap: { limit: 200 + index, left }, credits: { bought: 500, left } });
  }
}

function startHost(provider: (typeof PROVIDERS)[number], byKey: ReadonlyMap<string, Upstream>, delayMs: number) {
  const basePath = [...byKey.values()][0]?.basePath ?? "";
  const inFlight = new Map<string, number>();
  const figures = { calls: 0, reads: 0, mostAccounts: 0 };
  const server = createServer((request, response) => {
    request.resume();
    const header = request.headers["x-api-key"];
    const apiKeyHeader = typeof header === "string" ? header : undefined;
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const key = bearer ?? apiKeyHeader ?? "";
    const path = (request.url ?? "").slice(basePath.length);
    const upstream = byKey.get(key);
    figures.calls++;
    if (path === FIRST_PATHS[provider]) figures.reads++;
    inFlight.set(key, (inFlight.get(key) ?? 0) + 1);
    figures.mostAccounts = Math.max(figures.mostAccounts, inFlight.size);
    const answer = () => {
      const calls = (inFlight.get(key) ?? 1) - 1;
      if (calls === 0) inFlight.delete(key);
      else inFlight.set(key, calls);
      const reply = upstream?.reply({ method: request.method ?? "GET", path, bearer, apiKeyHeader });
      response.writeHead(reply?.status ?? 404, { "Content-Type": "application/json", ...reply?.headers });
      response.end(JSON.stringify(reply?.body ?? {}));
    };
    if (delayMs === 0) answer();
    else setTimeout(answer, delayMs);
  });
  return { server, figures, basePath };
}

type Host = ReturnType<typeof startHost>;
let hosts: readonly Host[] = [];

async function start({ accounts, delayMs }: HostsPlan): Promise<readonly SimulatedAccount[]> {
  const groups = Array.from({ length: Math.min(HOSTS, accounts) }, (_, host) => ({
    provider: PROVIDERS[host % PROVIDERS.length] ?? "deepseek",
    members: Array.from({ length: Math.ceil((accounts - host) / HOSTS) }, (_, member) => member * HOSTS + host),
  }));
  const started = await Promise.all(
    groups.map(async ({ provider, members }) => {
      const keys = members.map((index) => [`bench-key-${index}-of-${provider}`, index] as const);
      const byKey = new Map(keys.map(([key, index]) => [key, upstreamOf(provider, key, index)]));
      const host = startHost(provider, byKey, delayMs);
      await once(host.server.listen(0, "127.0.0.1"), "listening");
      const baseUrl = `http://127.0.0.1:${(host.server.address() as AddressInfo).port}${host.basePath}`;
      return { host, accounts: keys.map(([key, index]) => ({ name: `account-${index}`, provider, baseUrl, key })) };
    }),
  );
  hosts = started.map(({ host }) => host);
  return started.flatMap((one) => one.accounts);
}

function figures(): HostFigures {
  const all = hosts.map((host) => host.figures);
  return {
    hosts: all.length,
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    reads: all.reduce((sum, { reads }) => sum + reads, 0),
    mostInFlightPerHost: Math.max(...all.map(({ mostAccounts }) => mostAccounts)),
  };
}

process.on("message", async (plan: HostsPlan | "figures") => {
  process.send?.(plan === "figures" ? figures() : await start(plan));
});
process.on("disconnect", () => process.exit(0));
