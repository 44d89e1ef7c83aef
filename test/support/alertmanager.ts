import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import { freePort } from "./free-port.ts";
import { startProcess } from "./processes.ts";

export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: { readonly state: "unprocessed" | "active" | "suppressed"; readonly inhibitedBy: readonly string[] };
}

export interface Alertmanager extends AsyncDisposable {
  readonly url: string;
  /** Those that have not ended, inhibited ones included. */
  alerts(): Promise<readonly ActiveAlert[]>;
  logs(): string;
  stop(): Promise<void>;
}

export interface AlertmanagerPlan {
  readonly configText: string;
  /** That of an earlier one, so that a restart does not change its address. */
  readonly port?: number;
  /** A folder that outlives it: what was notified is known after a restart. */
  readonly storage?: string;
  /** Where it gossips, and with whom; alone without. */
  readonly cluster?: { readonly port: number; readonly peers: readonly number[] };
}

/** Debian's Alertmanager; alone and with an empty memory unless the plan says otherwise. */
export async function startAlertmanager(plan: AlertmanagerPlan): Promise<Alertmanager> {
  const { configText, port = await freePort(), storage, cluster } = plan;
  const url = `http://127.0.0.1:${port}`;
  const started = await startProcess({
    name: "alertmanager",
    command: "prometheus-alertmanager",
    files: { "alertmanager.yml": configText },
    args: (directory) => [
      `--config.file=${directory}/alertmanager.yml`,
      `--storage.path=${storage ?? `${directory}/data`}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...clusterArguments(cluster),
    ],
    readyUrl: `${url}/-/ready`,
  });
  const stop = async (): Promise<void> => {
    await started.stop();
  };
  return {
    url,
    async alerts() {
      const response = await fetch(`${url}/api/v2/alerts`);
      if (!response.ok) throw new Error(`Alertmanager answers ${response.status}: ${await response.text()}`);
      return (await response.json()) as readonly ActiveAlert[];
    },
    logs: () => started.output(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** How long a member waits for those before it to notify: the default is 15 s. */
const PEER_TIMEOUT = "500ms";

function clusterArguments(cluster: AlertmanagerPlan["cluster"]): readonly string[] {
  if (cluster === undefined) return ["--cluster.listen-address="];
  return [
    `--cluster.listen-address=127.0.0.1:${cluster.port}`,
    `--cluster.peer-timeout=${PEER_TIMEOUT}`,
    "--cluster.gossip-interval=50ms",
    "--cluster.pushpull-interval=1s",
    ...cluster.peers.map((peer) => `--cluster.peer=127.0.0.1:${peer}`),
  ];
}

export interface Timings {
  readonly group_wait: string;
  readonly group_interval: string;
  readonly repeat_interval: string;
}

/** Not a multiple of a second: groups would be sent at the very moment of an evaluation, with half of its alerts. */
const QUICK: Timings = { group_wait: "500ms", group_interval: "2s", repeat_interval: "1h" };

const SHIPPED = new URL("../../deploy/alertmanager/alertmanager.yml", import.meta.url);

/** The config that we ship, routes and inhibition untouched, but quick and with every receiver at one webhook. */
export async function shippedAlertmanagerConfig(webhookUrl: string, timings: Timings = QUICK): Promise<string> {
  return adaptConfig(await readFile(SHIPPED, "utf8"), webhookUrl, timings);
}

interface Route extends Partial<Timings> {
  readonly routes?: readonly Route[];
}

/** Its name, and lists such as `slack_configs`. */
type Receiver = Readonly<Record<string, unknown>> & { readonly name: string };
type Integrations = Readonly<Record<string, readonly { readonly send_resolved?: boolean }[]>>;

/** A receiver that notifies somebody notifies the webhook instead; one that notifies nobody still does not. */
export function adaptConfig(configText: string, webhookUrl: string, timings: Timings = QUICK): string {
  const config = load(configText) as { route: Route; receivers: readonly Receiver[] };
  return JSON.stringify({
    ...config,
    route: quickRoute(config.route, timings),
    receivers: config.receivers.map(({ name, ...integrations }) => {
      const [integration] = Object.values(integrations as Integrations).flat();
      if (integration === undefined) return { name };
      return { name, webhook_configs: [{ url: webhookUrl, send_resolved: integration.send_resolved ?? true }] };
    }),
  });
}

function quickRoute(route: Route, timings: Timings): Route {
  return {
    ...route,
    ...timings,
    ...(route.routes && { routes: route.routes.map((child) => quickRoute(child, timings)) }),
  };
}
