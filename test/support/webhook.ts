import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { eventually } from "./eventually.ts";

export interface NotifiedAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

export interface Notification {
  readonly receivedAt: Date;
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly NotifiedAlert[];
}

export interface Webhook extends AsyncDisposable {
  readonly url: string;
  /** In the order in which they came. */
  readonly notifications: readonly Notification[];
  /** The first notification for which `matches` is true, already here or yet to come. */
  waitFor(matches: (notification: Notification) => boolean, timeoutMs?: number): Promise<Notification>;
  stop(): Promise<void>;
}

/** A receiver of Alertmanager's notifications that keeps them all. */
export async function startWebhook(): Promise<Webhook> {
  const notifications: Notification[] = [];
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        notifications.push({ ...(body as Omit<Notification, "receivedAt">), receivedAt: new Date() });
        response.end();
      },
      () => response.writeHead(400).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    notifications,
    waitFor: (matches, timeoutMs = 30_000) =>
      eventually(
        () => {
          const found = notifications.find(matches);
          if (found === undefined) throw new Error(`no such notification among:\n${summaryOf(notifications)}`);
          return found;
        },
        { timeoutMs },
      ),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The news in some notifications, in order: what fires or is resolved and was not so in the one before. */
export function changesOf(notifications: readonly Notification[]): readonly string[] {
  const known = new Map<string, string>();
  return notifications.flatMap(({ alerts }) =>
    alerts
      .toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)))
      .flatMap((alert) => {
        const identity = JSON.stringify(Object.entries(alert.labels).toSorted());
        const isNews = known.get(identity) !== alert.status;
        known.set(identity, alert.status);
        return isNews ? [`${alert.status} ${nameOf(alert)}`] : [];
      }),
  );
}

const nameOf = ({ labels }: NotifiedAlert) => labels["alertname"] ?? "";

function summaryOf(notifications: readonly Notification[]): string {
  const lines = notifications.map(({ receivedAt, receiver, groupLabels, alerts }) => {
    const names = alerts.map(({ status, labels }) => `${status} ${labels["alertname"]} ${labels["account"] ?? ""}`);
    return `${receivedAt.toISOString()} ${receiver} ${JSON.stringify(groupLabels)}: ${names.join(", ")}`;
  });
  return lines.join("\n") || "(none)";
}
