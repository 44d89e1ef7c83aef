import { createDelivery, type Delivery } from "./alerting/delivery.ts";
import { alertOfExporter } from "./alerting/firing-alerts.ts";
import type { ToldAlert, Wanted } from "./alerting/ledger.ts";
import { createPush, type Push, VALID_INTERVALS } from "./alerting/push.ts";
import { type Outlet, QUEUE_CAPACITY, type ReplicaReport } from "./alerting/replica.ts";
import { toWire } from "./alerting/wire.ts";
import type { Alerting } from "./config/config.ts";
import type { AccountSnapshot, Snapshot } from "./engine/snapshot.ts";
import { createLazyPostClient } from "./http/lazy-client.ts";
import type { Logger } from "./log.ts";
import type { AlertmanagerMetrics } from "./metrics/alertmanager-metrics.ts";
import type { ExporterMetrics } from "./metrics/exporter-metrics.ts";
import type { Store } from "./store/store.ts";

interface PushingOptions {
  readonly store: Store;
  readonly metrics: Pick<ExporterMetrics, "alertmanager">;
  readonly log: Logger;
  readonly userAgent: string;
  /** Says in the log what would be sent, and sends nothing, whatever the mode. */
  readonly isDryRun: boolean;
  readonly now: () => Date;
  readonly hasPeer: () => boolean;
  /** Since when the config on disk is refused; undefined while it is not. */
  readonly refusedSince: () => Date | undefined;
}

/** How the daemon tells Alertmanager by itself, if the config wants that. */
export interface Pushing {
  /** Begins with what is known from before the start, or goes on as this config wants it. */
  configure(alerting: Alerting, snapshot: Snapshot, externalUrl: string): void;
  take(account: AccountSnapshot): void;
  evaluate(snapshot: Snapshot): void;
  stop(): Promise<void>;
}

/** A refused config is told after as many intervals as the rule waits minutes. */
const REFUSED_INTERVALS = 5;
const GRACE_MS = 2000;
/** Alertmanager decides by its own clock when an alert has ended. */
const MOST_SKEW_SECONDS = 30;

export function createPushing(options: PushingOptions): Pushing {
  const { store, now, log, isDryRun, hasPeer, refusedSince } = options;
  const startedAt = now();
  let alerting: Alerting | undefined;
  let externalUrl = "";
  let push: Push | undefined;
  let delivery: Delivery | undefined;
  const counted = new Map<string, AlertmanagerMetrics>();
  const resendSeconds = () => alerting?.resendSeconds ?? 60;

  const ofExporter = (at: Date): readonly Wanted[] => {
    const since = refusedSince();
    const isRefused =
      since !== undefined && at.getTime() - since.getTime() >= REFUSED_INTERVALS * resendSeconds() * 1000;
    return [
      alertOfExporter("LLMQuotaWatchdog", "none", startedAt),
      ...(isRefused ? [alertOfExporter("LLMQuotaConfigReloadFailed", "warning", since)] : []),
    ];
  };
  const wire = (alert: ToldAlert) =>
    toWire(alert, now(), {
      externalUrl,
      validSeconds: VALID_INTERVALS * resendSeconds(),
      runbookBase: alerting?.runbookBase,
      dashboardBase: alerting?.dashboardBase,
    });
  const deliver = (): Delivery => {
    const own = new Map<string, AlertmanagerMetrics>();
    return createDelivery({
      createClient: (tls) => createLazyPostClient({ userAgent: options.userAgent, tls }),
      now,
      toWire: wire,
      reportOn(name) {
        const metrics = options.metrics.alertmanager(name, QUEUE_CAPACITY);
        own.set(name, metrics);
        counted.set(name, metrics);
        return reportOn(name, metrics, log);
      },
      left(name) {
        // A later delivery may tell it again, and its series are the same.
        if (counted.get(name) === own.get(name)) own.get(name)?.end();
      },
    });
  };
  const begin = (snapshot: Snapshot) => {
    delivery = isDryRun ? undefined : deliver();
    const outlet = delivery ?? createLogOutlet(log, wire);
    delivery?.replace(alerting?.alertmanagers ?? []);
    push = createPush({
      ...{ snapshot, store, outlet, now, resendSeconds, hasPeer, ofExporter },
      onBug: ({ provider, account }, err) =>
        log.error({ provider, account, err }, "a fault in the exporter, please report it"),
    });
  };
  const end = async () => {
    const ending = { push, delivery };
    push = undefined;
    delivery = undefined;
    await ending.push?.stop(GRACE_MS);
    ending.delivery?.replace([]);
  };

  return {
    configure(next, snapshot, url) {
      alerting = next;
      externalUrl = url;
      const isWanted = next.mode === "push" || isDryRun;
      if (!isWanted) {
        void end();
        // Whoever alerts from now on knows nothing of them.
        for (const { name } of store.alerts()) store.forgetAlert(name);
      } else if (push === undefined) begin(snapshot);
      else {
        delivery?.replace(next.alertmanagers);
        push.evaluate(snapshot);
        push.resend();
      }
    },
    take: (account) => push?.take(account),
    evaluate: (snapshot) => push?.evaluate(snapshot),
    stop: end,
  };
}

/** Counts what becomes of the alerts for one Alertmanager, and says it once when that changes. */
function reportOn(alertmanager: string, metrics: AlertmanagerMetrics, log: Logger): ReplicaReport {
  let failing: string | undefined;
  let isSkewed = false;
  return {
    ...metrics,
    sent(alerts) {
      metrics.sent(alerts);
      if (failing !== undefined) log.info({ alertmanager }, "the Alertmanager takes alerts again");
      failing = undefined;
    },
    failed(alerts, problem) {
      metrics.failed(alerts);
      if (problem !== failing)
        log.warn({ alertmanager, problem }, "the Alertmanager takes no alerts, they are tried again");
      failing = problem;
    },
    refused: ({ labels }, problem) =>
      log.error({ alertmanager, alert: labels, problem }, "the Alertmanager refuses an alert"),
    clockAhead(seconds) {
      metrics.clockAhead(seconds);
      const wasSkewed = isSkewed;
      isSkewed = Math.abs(seconds) > MOST_SKEW_SECONDS;
      if (isSkewed && !wasSkewed)
        log.warn(
          { alertmanager, secondsAhead: Math.round(seconds) },
          "the clock of the Alertmanager differs from ours: alerts may end early or late there; set both clocks",
        );
    },
    bug: (err) => log.error({ alertmanager, err }, "a fault in the exporter, please report it"),
  };
}

/** For those who want to see what would be sent. What is only said again is not worth a line. */
function createLogOutlet(log: Logger, wire: (alert: ToldAlert) => object): Outlet {
  const said = new Map<string, boolean>();
  return {
    offer(alerts) {
      for (const alert of alerts) {
        const isResolved = alert.resolvedAt !== undefined;
        if (said.get(alert.fingerprint) === isResolved) continue;
        said.set(alert.fingerprint, isResolved);
        log.info({ alert: wire(alert) }, isResolved ? "would tell that this alert has ended" : "would tell this alert");
      }
    },
    withdraw(fingerprint) {
      if (said.delete(fingerprint)) log.info({ fingerprint }, "would tell nothing more of this alert");
    },
    stop: async () => undefined,
  };
}
