import type { Config } from "./config/config.ts";
import { createLazyForwarder } from "./http/lazy-client.ts";
import type { Logger } from "./log.ts";
import type { ExporterMetrics } from "./metrics/exporter-metrics.ts";
import { createProxy } from "./proxy/proxy.ts";
import { type Listening, listen } from "./server/listen.ts";
import type { Intake } from "./traffic/intake.ts";

interface ProxyingOptions {
  readonly proxy: Config["proxy"];
  readonly intake: Pick<Intake, "take">;
  readonly metrics: Pick<ExporterMetrics, "proxy">;
  readonly log: Logger;
  readonly now: () => Date;
}

/** The port at which calls of others are taken, if the config has one. */
export interface Proxying {
  start(): Promise<void>;
  /** Calls from now on go by these routes; those under way end as they began. */
  replace(proxy: Config["proxy"]): void;
  stop(): Promise<void>;
}

/** A provider may take minutes to think; only the request itself has to come within this. */
const REQUEST_MS = 300_000;

export function createProxying({ proxy: first, intake, metrics, log, now }: ProxyingOptions): Proxying {
  if (first === undefined)
    return { start: async () => undefined, replace: () => undefined, stop: async () => undefined };
  const forwarder = createLazyForwarder();
  const report = metrics.proxy();
  const proxy = createProxy({
    ...{ routes: first.routes, forwarder, intake, report, now },
    onFault: (err) => log.error({ err }, "a fault in the proxy, please report it"),
  });
  let listening: Listening | undefined;
  const accountsOf = ({ routes }: NonNullable<Config["proxy"]>) => routes.map(({ account }) => account);
  report.addAccounts(accountsOf(first));
  return {
    async start() {
      const { prepare } = proxy;
      listening = await listen(proxy.listener, first.listen, {
        ...{ prepare, requestTimeoutMs: REQUEST_MS, connections: 512, setting: "proxy.listen_address" },
      });
      // So that the first call need not wait for it.
      await forwarder.get();
      log.info(
        { address: listening.host, port: listening.port, routes: first.routes.length },
        "passing calls on to providers",
      );
    },
    replace(next) {
      report.addAccounts(next === undefined ? [] : accountsOf(next));
      proxy.replace(next?.routes ?? []);
    },
    async stop() {
      await listening?.close();
      await forwarder.close();
    },
  };
}
