import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { parseExposition } from "../support/exposition.ts";
import { quickConfig } from "../support/quick-config.ts";

const KEY = "sk-of-the-simulated-account";
const stack = new AsyncDisposableStack();
let daemon: Daemon;
let hanging: Simulator;
let money: Simulator;

async function simulated(): Promise<Simulator> {
  const simulator = await startSimulator(
    deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 25 }) } }),
  );
  stack.defer(() => simulator.stop());
  return simulator;
}

beforeAll(async () => {
  [money, hanging] = await Promise.all([simulated(), simulated()]);
  await hanging.setMode("hang");
  const { configText, env } = quickConfig(
    [
      { name: "money", provider: "deepseek", baseUrl: money.baseUrl, key: KEY },
      { name: "hanging", provider: "deepseek", baseUrl: hanging.baseUrl, key: KEY },
    ],
    { interval: "10m", timeout: "30s", staleAfter: "1h" },
  );
  daemon = stack.use(await startDaemon({ configText, env, readyPath: "/-/healthy" }));
});

afterAll(() => stack.disposeAsync());

const success = async (response: Response) =>
  parseExposition(await response.text()).find(({ name }) => name === "probe_success")?.value;

describe("a daemon that is asked for reads", () => {
  it("reads once for many who ask at the same time and after", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => daemon.get("/probe?target=money")));
    await daemon.get("/api/v1/accounts/money?refresh=true");

    expect(await Promise.all(answers.map(success))).toEqual([1, 1, 1, 1, 1]);
    expect(money.requests("/user/balance")).toBe(1);
  });

  it("answers a probe in time though the provider hangs", async () => {
    const startedAt = performance.now();
    const answer = await fetch(`${daemon.url}/probe?target=hanging`, {
      headers: { "X-Prometheus-Scrape-Timeout-Seconds": "2" },
    });

    expect(await success(answer)).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it("tells of the polls, and of no credential", async () => {
    const [account, polls] = await Promise.all(
      ["/api/v1/accounts/money", "/debug/polls"].map(async (path) => (await daemon.get(path)).text()),
    );

    expect(JSON.parse(account ?? "").polls).toMatchObject([{ ok: true, readings: 1 }]);
    expect(JSON.parse(polls ?? "").accounts.map((entry: { polls: unknown[] }) => entry.polls.length)).toEqual([1, 0]);
    expect(`${account}${polls}`).not.toContain(KEY);
  });

  it("refreshes all within ten seconds though one hangs", async () => {
    const startedAt = performance.now();
    const answer = await daemon.get("/api/v1/quotas?refresh=true");

    expect(answer.status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(25_000);
  });
});
