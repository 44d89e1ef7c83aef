import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { steady } from "../../src/demo/load.ts";
import { nanogpt, nanogptLegacy } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type Alertmanager, shippedAlertmanagerConfig, startAlertmanager } from "./alertmanager.ts";
import { runCommand } from "./command-line.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type QuickAccount, quickConfig } from "./quick-config.ts";
import { startWebhook, type Webhook } from "./webhook.ts";

/** Accounts whose provider breaks, each in its own way. All have 25 USD. */
export const BREAKING = ["breaks-hang", "breaks-html", "breaks-refuse", "breaks-500"] as const;

/** One daemon on simulated accounts, watched by a real Prometheus that tells a real Alertmanager. */
export interface MonitoredFleet extends AsyncDisposable {
  readonly daemon: Daemon;
  readonly prometheus: Prometheus;
  readonly alertmanager: Alertmanager;
  readonly webhook: Webhook;
  simulator(account: string): Simulator;
  /** Of the account `exhausting`: what the test uses up and resets. */
  readonly exhausting: SimulatedWindow;
  /** The daemon again, at the same address and on the same accounts. */
  restartDaemon(): Promise<Daemon>;
}

interface FleetAccount extends Omit<QuickAccount, "baseUrl"> {
  readonly upstream: Upstream;
}

/** Two minutes of the rules last four seconds. Prometheus scrapes for the first time up to 5 s after its start. */
const TIME_SCALE = 30;

export async function startMonitoredFleet(): Promise<MonitoredFleet> {
  const stack = new AsyncDisposableStack();
  try {
    const webhook = stack.use(await startWebhook());
    const port = await freePort();
    const [alertmanager, rules] = await Promise.all([
      startAlertmanager({ configText: await shippedAlertmanagerConfig(webhook.url) }),
      runCommand(["print-rules", `--time-scale=${TIME_SCALE}`]),
    ]);
    stack.use(alertmanager);
    const exhausting = new SimulatedWindow({ limit: 1_000_000, periodSeconds: 60 });
    const simulators = new Map<string, Simulator>();
    const accounts: QuickAccount[] = [];
    for (const { upstream, ...account } of fleetAccounts(exhausting)) {
      const simulator = await startSimulator(upstream);
      stack.defer(() => simulator.stop());
      simulators.set(account.name, simulator);
      accounts.push({ ...account, baseUrl: simulator.baseUrl });
    }
    const start = () =>
      startDaemon({ ...quickConfig(accounts, { timeout: "1s", staleAfter: "6s" }), port, readyPath: "/-/healthy" });
    let daemon = await start();
    stack.defer(async () => void (await daemon.stop()));
    const prometheus = stack.use(
      await startPrometheus({
        scrapeUrls: [`${daemon.url}/metrics`],
        rules: rules.stdout,
        alertmanagerUrl: alertmanager.url,
      }),
    );
    const owned = stack.move();
    return {
      get daemon() {
        return daemon;
      },
      prometheus,
      alertmanager,
      webhook,
      simulator(account) {
        const found = simulators.get(account);
        if (found === undefined) throw new Error(`no account ${account}`);
        return found;
      },
      exhausting,
      async restartDaemon() {
        daemon = await start();
        return daemon;
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function fleetAccounts(exhausting: SimulatedWindow): readonly FleetAccount[] {
  return [
    {
      name: "exhausting",
      provider: "nanogpt",
      key: "key-exhausting",
      periods: { daily_input_tokens: 60, daily_images: 60 },
      upstream: nanogpt({
        key: "key-exhausting",
        dailyInputTokens: exhausting,
        dailyImages: new SimulatedWindow({ limit: 100, periodSeconds: 60 }),
        wallet: new SimulatedBalance({ amount: 10 }),
      }),
    },
    {
      // Uses two fifths of every cycle.
      name: "healthy",
      provider: "nanogpt",
      key: "key-healthy",
      periods: { daily_input_tokens: 20 },
      upstream: nanogpt({
        key: "key-healthy",
        dailyInputTokens: new SimulatedWindow({ limit: 100_000, periodSeconds: 20, load: steady(2000) }),
      }),
    },
    {
      name: "soft",
      provider: "nanogpt",
      key: "key-soft",
      periods: { daily: 3600, monthly: 86_400 },
      upstream: nanogptLegacy({
        key: "key-soft",
        daily: new SimulatedWindow({ limit: 200, periodSeconds: 3600, usedAtStart: 240, soft: true }),
        monthly: new SimulatedWindow({ limit: 60_000, periodSeconds: 86_400, usedAtStart: 600 }),
        enforceDailyLimit: false,
      }),
    },
    {
      // The plan serves on; the wallet beside it becomes empty, after Prometheus has seen that it was not.
      name: "subscriber",
      provider: "nanogpt",
      key: "key-subscriber",
      periods: { weekly_input_tokens: 3600 },
      upstream: nanogpt({
        key: "key-subscriber",
        weeklyInputTokens: new SimulatedWindow({ limit: 60_000_000, periodSeconds: 3600, usedAtStart: 6_000_000 }),
        wallet: new SimulatedBalance({ amount: 2, load: [{ fromSeconds: 12, perSecond: 0.4 }] }),
      }),
    },
    {
      name: "spending",
      provider: "deepseek",
      key: "key-spending",
      upstream: deepseek({
        key: "key-spending",
        balances: { USD: new SimulatedBalance({ amount: 1000, load: steady(0.5) }) },
      }),
    },
    {
      name: "wrong-key",
      provider: "deepseek",
      key: "key-of-somebody-else",
      upstream: deepseek({ key: "key-right", balances: { USD: new SimulatedBalance({ amount: 1 }) } }),
    },
    ...BREAKING.map((name): FleetAccount => {
      const USD = new SimulatedBalance({ amount: 25 });
      return {
        name,
        provider: "deepseek",
        key: `key-${name}`,
        upstream: deepseek({ key: `key-${name}`, balances: { USD } }),
      };
    }),
    { name: "local", provider: "ollama", upstream: ollama(["llama3.1:8b"]) },
  ];
}
