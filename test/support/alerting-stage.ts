import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { type Alertmanager, shippedAlertmanagerConfig, startAlertmanager } from "./alertmanager.ts";
import { runCommand } from "./command-line.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { type QuickAccount, quickConfig } from "./quick-config.ts";
import { changesOf, type Notification, startWebhook, type Webhook } from "./webhook.ts";

/** Who evaluates the alerts and tells Alertmanager. */
export type AlertingMode = "push" | "rules";

export interface StagedAccount extends Omit<QuickAccount, "baseUrl"> {
  readonly upstream: Upstream;
}

interface StagePlan {
  readonly mode: AlertingMode;
  readonly accounts: readonly StagedAccount[];
  /** Two are a cluster. */
  readonly alertmanagers?: 1 | 2;
  /** How many daemons Prometheus scrapes; the first is started. */
  readonly daemons?: 1 | 2;
  readonly staleAfter?: string;
  /** Each daemon asks the other before it reads. */
  readonly arePeers?: boolean;
}

export interface Stage extends AsyncDisposable {
  readonly webhook: Webhook;
  readonly prometheus: Prometheus | undefined;
  simulator(account: string): Simulator;
  /** The daemon of this place, 0 by default; with the memory of the one that was there before. */
  startDaemon(place?: 0 | 1): Promise<Daemon>;
  daemon(place?: 0 | 1): Daemon;
  /** Names the accounts that the config has from now on; a daemon learns it by a reload. */
  writeConfig(accounts: readonly string[]): void;
  alertmanager(place?: 0 | 1): Alertmanager;
  /** Its memory of what was notified is kept. */
  restartAlertmanager(place: 0 | 1): Promise<Alertmanager>;
  /** What a receiver was told about an account, each change once, in order. */
  told(account: string, receiver?: string): readonly string[];
  /** The notifications behind it. */
  notifications(account: string, receiver?: string): readonly Notification[];
}

/** An hour of the rules lasts two minutes. */
const TIME_SCALE = 30;
/** A minute between two sends. */
const RESEND_SECONDS = 2;

/** Daemons on simulated accounts that alert through real Alertmanagers, by themselves or through a real Prometheus. */
export async function startStage(plan: StagePlan): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  try {
    const stage = await build(plan, stack);
    const owned = stack.move();
    return { ...stage, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function build(plan: StagePlan, stack: AsyncDisposableStack): Promise<Omit<Stage, typeof Symbol.asyncDispose>> {
  const { mode, accounts, daemons = 1, staleAfter = "6s", arePeers = false } = plan;
  const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-stage-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const webhook = stack.use(await startWebhook());
  const simulators = new Map<string, Simulator>();
  for (const { name, upstream } of accounts) {
    const simulator = await startSimulator(upstream);
    stack.defer(() => simulator.stop());
    simulators.set(name, simulator);
  }
  const simulator = (name: string): Simulator => {
    const found = simulators.get(name);
    if (found === undefined) throw new Error(`no account ${name}`);
    return found;
  };
  const { alertmanagers, restart } = await startAlertmanagers(plan, { folder, webhook, stack });
  const targets = alertmanagers.map(({ url }) => new URL(url).host);
  const all = quickConfig(
    accounts.map(({ upstream: _, ...account }) => ({ ...account, baseUrl: simulator(account.name).baseUrl })),
    { timeout: "1s", staleAfter },
  );
  const alerting =
    mode === "rules"
      ? { mode }
      : { mode, resend_interval: `${RESEND_SECONDS}s`, alertmanagers: [{ static_configs: [{ targets }] }] };
  const ports = [await freePort(), await freePort()] as const;
  const writeConfig = (names: readonly string[]) => {
    for (const place of [0, 1]) {
      const config = JSON.parse(all.configText) as { poll: object; accounts: { name: string }[] };
      const peer = arePeers && { peer: `http://127.0.0.1:${ports[1 - place]}` };
      const kept = config.accounts.filter(({ name }) => names.includes(name));
      const state = { path: join(folder, `state-${place}.db`) };
      writeFileSync(
        join(folder, `config-${place}.yaml`),
        JSON.stringify({ ...config, poll: { ...config.poll, ...peer }, state, alerting, accounts: kept }),
      );
    }
  };
  writeConfig(accounts.map(({ name }) => name));

  const running = new Map<number, Daemon>();
  const start: Stage["startDaemon"] = async (place = 0) => {
    const daemon = await startDaemon({
      configText: readFileSync(join(folder, `config-${place}.yaml`), "utf8"),
      env: all.env,
      port: ports[place],
      readyPath: "/-/healthy",
      args: [`--config.file=${join(folder, `config-${place}.yaml`)}`],
    });
    running.set(place, daemon);
    return daemon;
  };
  stack.defer(async () => void (await Promise.all([...running.values()].map((daemon) => daemon.stop()))));
  await start(0);
  const prometheus = mode === "push" ? undefined : await scrape(ports.slice(0, daemons), alertmanagers);
  if (prometheus !== undefined) stack.use(prometheus);

  const notifications: Stage["notifications"] = (account, receiver) =>
    webhook.notifications.filter(
      ({ groupLabels, receiver: to }) =>
        groupLabels["account"] === account && (receiver === undefined || to === receiver),
    );
  return {
    webhook,
    prometheus,
    simulator,
    startDaemon: start,
    daemon: (place = 0) => existing(running.get(place), `daemon ${place}`),
    writeConfig,
    alertmanager: (place = 0) => existing(alertmanagers[place], `Alertmanager ${place}`),
    restartAlertmanager: restart,
    told: (account, receiver) => changesOf(notifications(account, receiver)),
    notifications,
  };
}

function existing<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}

async function scrape(ports: readonly number[], alertmanagers: readonly Alertmanager[]): Promise<Prometheus> {
  const rules = await runCommand(["print-rules", `--time-scale=${TIME_SCALE}`]);
  return startPrometheus({
    scrapeUrls: ports.map((port) => `http://127.0.0.1:${port}/metrics`),
    rules: rules.stdout,
    alertmanagerUrl: alertmanagers.map(({ url }) => url),
  });
}

interface Surroundings {
  readonly folder: string;
  readonly webhook: Webhook;
  readonly stack: AsyncDisposableStack;
}

async function startAlertmanagers({ alertmanagers: count = 1 }: StagePlan, { folder, webhook, stack }: Surroundings) {
  const configText = await shippedAlertmanagerConfig(webhook.url);
  const places = await Promise.all(
    Array.from({ length: count }, async () => ({ port: await freePort(), clusterPort: await freePort() })),
  );
  const start = (place: number) => {
    const { port, clusterPort } = existing(places[place], `place ${place}`);
    const peers = places.flatMap((other) => (other.clusterPort === clusterPort ? [] : [other.clusterPort]));
    return startAlertmanager({
      configText,
      port,
      storage: join(folder, `alertmanager-${place}`),
      ...(count > 1 && { cluster: { port: clusterPort, peers } }),
    });
  };
  const alertmanagers = await Promise.all(places.map((_, place) => start(place)));
  stack.defer(async () => void (await Promise.all(alertmanagers.map((one) => one.stop()))));
  return {
    alertmanagers,
    async restart(place: 0 | 1) {
      await alertmanagers[place]?.stop();
      const restarted = await start(place);
      alertmanagers[place] = restarted;
      return restarted;
    },
  };
}
