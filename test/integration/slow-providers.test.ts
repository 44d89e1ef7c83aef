import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { type QuickAccount, quickConfig } from "../support/quick-config.ts";

const KEY = "key-of-all";

const money = () => deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 25 }) } });

const PLAN: readonly (Omit<QuickAccount, "baseUrl"> & {
  readonly upstream: Upstream;
  readonly mode: "ok" | "hang" | "html" | "refuse";
})[] = [
  { name: "hanging", provider: "deepseek", key: KEY, upstream: money(), mode: "hang" },
  { name: "html", provider: "deepseek", key: KEY, upstream: money(), mode: "html" },
  { name: "refusing", provider: "deepseek", key: KEY, upstream: money(), mode: "refuse" },
  { name: "money", provider: "deepseek", key: KEY, upstream: money(), mode: "ok" },
  {
    name: "plan",
    provider: "nanogpt",
    key: KEY,
    upstream: nanogpt({ key: KEY, dailyInputTokens: new SimulatedWindow({ limit: 1000, periodSeconds: 86_400 }) }),
    mode: "ok",
  },
  { name: "local", provider: "ollama", upstream: ollama(["llama3.1:8b"]), mode: "ok" },
];

const stack = new AsyncDisposableStack();
let daemon: Daemon;

/** The deadline of a read: how long the one that hangs takes. */
const HANGS_SECONDS = 4;

beforeAll(async () => {
  const accounts: QuickAccount[] = [];
  for (const { upstream, mode, ...account } of PLAN) {
    const simulator = await startSimulator(upstream);
    stack.defer(() => simulator.stop());
    await simulator.setMode(mode);
    accounts.push({ ...account, baseUrl: simulator.baseUrl });
  }
  daemon = stack.use(
    await startDaemon({ ...quickConfig(accounts, { timeout: `${HANGS_SECONDS}s` }), readyPath: "/-/healthy" }),
  );
});

afterAll(() => stack.disposeAsync());

describe.concurrent("with one provider hanging, one answering HTML and one refusing connections", () => {
  it.each(["money", "plan", "local"])("%s is read every second", async (account) => {
    const instants = new Set<number>();
    await eventually(
      async () => {
        for (const at of valuesOf(await daemon.metrics(), "llm_quota_last_success_timestamp_seconds", { account }))
          instants.add(at);
        expect(instants.size).toBeGreaterThanOrEqual(7);
      },
      { timeoutMs: 20_000 },
    );

    const reads = [...instants];
    const gaps = reads.slice(1).map((at, index) => at - (reads[index] ?? at));
    // A second and what a busy machine adds; to wait for the one that hangs would take all of its deadline.
    expect(Math.max(...gaps)).toBeLessThan(HANGS_SECONDS);
  });

  it("the three say what is wrong with them, and show no value", async () => {
    await eventually(async () => expect((await daemon.get("/-/ready")).status).toBe(200));

    const page = await daemon.metrics();
    const failures = (account: string, reason: string) =>
      valuesOf(page, "llm_quota_poll_failures_total", { account, reason })[0];
    expect(failures("hanging", "timeout")).toBeGreaterThanOrEqual(1);
    expect(failures("html", "malformed")).toBeGreaterThanOrEqual(2);
    expect(failures("refusing", "network")).toBeGreaterThanOrEqual(2);
    for (const account of ["hanging", "html", "refusing"]) {
      expect(valuesOf(page, "llm_quota_account_up", { account })).toEqual([0]);
      expect(valuesOf(page, "llm_quota_remaining", { account })).toEqual([]);
    }
  });

  it("/metrics waits for nobody", async () => {
    await daemon.metrics();
    const times: number[] = [];
    for (let request = 0; request < 20; request++) {
      const askedAt = performance.now();
      await daemon.metrics();
      times.push(performance.now() - askedAt);
    }

    expect(times.toSorted((one, other) => one - other)[10]).toBeLessThan(1000);
  });
});
