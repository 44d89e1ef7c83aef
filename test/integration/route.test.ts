import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { ROUTE_DOCUMENT } from "../../src/server/schemas/route.ts";
import { COMPILE_CACHE, MAIN, NODE } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { type LocalServer, type Respond, sendJson, startServer } from "../support/json-server.ts";
import { type RunningProcess, startProcess } from "../support/processes.ts";
import { type QuickAccount, quickConfig } from "../support/quick-config.ts";

const ROOT = resolve(import.meta.dirname, "../..");

async function adviceOf(url: string, query: string) {
  return ROUTE_DOCUMENT.parse(await (await fetch(`${url}/api/v1/route?${query}`)).json());
}

describe("the advice of a daemon", () => {
  const stack = new AsyncDisposableStack();
  const dailyInputTokens = new SimulatedWindow({ limit: 1_000_000, periodSeconds: 3600 });
  let daemon: Daemon;

  async function simulated(account: Omit<QuickAccount, "baseUrl">, upstream: Upstream): Promise<QuickAccount> {
    const simulator = await startSimulator(upstream);
    stack.defer(() => simulator.stop());
    return { ...account, baseUrl: simulator.baseUrl };
  }

  beforeAll(async () => {
    const balances = () => ({ USD: new SimulatedBalance({ amount: 25 }) });
    const accounts = await Promise.all([
      simulated(
        {
          ...{ name: "plan", provider: "nanogpt", key: "key-plan" },
          settings: { models: ["acme/big"] },
          periods: { daily_input_tokens: 3600 },
        },
        nanogpt({ key: "key-plan", dailyInputTokens, wallet: new SimulatedBalance({ amount: 3 }) }),
      ),
      simulated(
        { name: "purse", provider: "deepseek", key: "key-purse", settings: { models: ["big", "small"] } },
        deepseek({ key: "key-purse", balances: balances() }),
      ),
      simulated(
        { name: "silent", provider: "deepseek", key: "key-silent" },
        deepseek({ key: "key-silent", balances: balances() }),
      ),
      simulated(
        { name: "wrong-key", provider: "deepseek", key: "key-of-nobody", settings: { models: ["big"] } },
        deepseek({ key: "key-right", balances: balances() }),
      ),
      simulated({ name: "local", provider: "ollama" }, ollama(["local-model"])),
    ]);
    daemon = stack.use(await startDaemon(quickConfig(accounts)));
  });

  afterAll(() => stack.disposeAsync());

  const advice = (query: string) => adviceOf(daemon.url, query);

  it("puts a plan before a balance, and both before an account whose models are not known", async () => {
    await eventually(async () => {
      const { candidates } = await advice("model=big");
      expect(candidates.slice(0, 3).map(({ account, model }) => [account, model])).toEqual([
        ["plan", "acme/big"],
        ["purse", "big"],
        ["silent", null],
      ]);
    });
  });

  it("offers a refused credential last, and not at all once a second read is refused too", async () => {
    await eventually(async () => {
      const { out } = await advice("model=big&provider=deepseek");
      expect(out.map(({ account, reasons, back_at }) => [account, reasons, back_at])).toEqual([
        ["wrong-key", ["The provider refuses its credential."], null],
      ]);
    });
  }, 60_000);

  it("takes out the account whose window is used up, until its reset", async () => {
    const { resetAt } = dailyInputTokens.read();
    dailyInputTokens.use(2_000_000);
    await eventually(
      async () => {
        const { candidates, out } = await advice("model=big&provider=nanogpt");
        expect(candidates).toEqual([]);
        expect(out.map(({ account, back_at }) => [account, Date.parse(back_at ?? "")])).toEqual([
          ["plan", expect.closeTo(resetAt, -4)],
        ]);
        const [first] = (await advice("model=big")).candidates;
        expect(first?.account).toBe("purse");
      },
      { timeoutMs: 60_000 },
    );
  });

  it("offers it again after the reset", async () => {
    dailyInputTokens.resetNow();
    await eventually(
      async () => {
        const { candidates } = await advice("model=big");
        expect(candidates[0]?.account).toBe("plan");
      },
      { timeoutMs: 60_000 },
    );
  });

  it("does not offer an account that lists other models", async () => {
    const { candidates, out, totals } = await advice("model=local-model");
    expect(candidates.map(({ account }) => account)).toEqual(["local", "silent"]);
    // The models of the config are known from the first good read on.
    expect([out.map(({ account }) => account), totals.others]).toEqual([["wrong-key"], 2]);
  });

  it("says once in the log which account it takes at its word", () => {
    const lines = daemon
      .logs()
      .split("\n")
      .filter((line) => line.includes("routing advice"));
    const told = lines.map((line) => JSON.parse(line) as { level: string; account: string });
    expect(told.filter(({ account }) => account === "silent")).toMatchObject([{ level: "warn", provider: "deepseek" }]);
    expect(told.map(({ account }) => account)).not.toContain("purse");
  });
});

describe("the gateway of the docs, on the demo", () => {
  const stack = new AsyncDisposableStack();
  let demo: RunningProcess;
  let gatewayUrl: string;
  let local: LocalServer;
  let hosted: LocalServer;
  /** What the local models answer. */
  let localStatus = 200;

  const completion =
    (from: string, status: () => number): Respond =>
    (_request, response) =>
      sendJson(response, { from }, status());

  beforeAll(async () => {
    local = stack.use(await startServer(completion("local", () => localStatus)));
    hosted = stack.use(await startServer(completion("hosted", () => 200)));
    const [demoPort, port] = [await freePort(), await freePort()];
    const exporter = `http://127.0.0.1:${demoPort}`;
    demo = await startProcess({
      ...{ name: "demo", command: NODE, files: {}, env: COMPILE_CACHE },
      args: () => [MAIN, "demo", `--web.listen-address=127.0.0.1:${demoPort}`],
      readyUrl: `${exporter}/-/ready`,
      readyTimeoutMs: 60_000,
    });
    stack.defer(async () => void (await demo.stop()));
    const accounts = {
      "team-idle": { base_url: hosted.url, api_key_env: "TEAM_IDLE_KEY" },
      workstation: { base_url: local.url },
    };
    gatewayUrl = `http://127.0.0.1:${port}`;
    const gateway = await startProcess({
      ...{ name: "gateway", command: NODE, env: { TEAM_IDLE_KEY: "key-of-the-plan" } },
      files: { "gateway.json": JSON.stringify({ port, exporter, accounts, advice_timeout_ms: 60_000 }) },
      args: (directory) => [resolve(ROOT, "deploy/gateway/gateway.mjs"), `${directory}/gateway.json`],
      readyUrl: `${gatewayUrl}/healthy`,
    });
    stack.defer(async () => void (await gateway.stop()));
  }, 120_000);

  afterAll(() => stack.disposeAsync());

  async function complete(model: string) {
    const body = JSON.stringify({ model, messages: [] });
    const response = await fetch(`${gatewayUrl}/v1/chat/completions`, { method: "POST", body });
    return { status: response.status, account: response.headers.get("x-account"), body: await response.json() };
  }

  it("calls the account that the exporter puts first", async () => {
    expect(await complete("meta/llama3.1:8b")).toEqual({
      status: 200,
      account: "workstation",
      body: { from: "local" },
    });
    const [asked] = local.requests.slice(-1);
    expect(asked?.path).toBe("/chat/completions");
    expect(JSON.parse(asked?.body ?? "")).toEqual({ model: "llama3.1:8b", messages: [] });
  });

  it("calls the next one where that refuses", async () => {
    localStatus = 429;
    expect(await complete("llama3.1:8b")).toEqual({ status: 200, account: "team-idle", body: { from: "hosted" } });
    expect(hosted.requests.at(-1)?.headers.authorization).toBe("Bearer key-of-the-plan");
    localStatus = 200;
  });

  it("goes on without the exporter", async () => {
    await demo.stop();
    expect(await complete("llama3.1:8b")).toMatchObject({ status: 200, account: "workstation" });
    // Nothing is known of this one: the accounts are tried in the order of the file.
    expect(await complete("never-asked-for")).toMatchObject({ status: 200, account: "team-idle" });
  });

  it("is in the docs", () => {
    expect(readFileSync(resolve(ROOT, "docs/routing.md"), "utf8")).toContain("../deploy/gateway/gateway.mjs");
  });
});
