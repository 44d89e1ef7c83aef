import type { ToldAlert } from "./ledger.ts";
import { type LinkBases, linksOf } from "./links.ts";

/** An alert as `POST /api/v2/alerts` of Alertmanager takes it. Times are RFC 3339. */
export interface WireAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

export interface WireOptions extends LinkBases {
  /** Where the daemon's page is reached, absolute and without a slash at its end. */
  readonly externalUrl: string;
  /** How long Alertmanager takes an alert for firing that it hears nothing more of. */
  readonly validSeconds: number;
}

/**
 * The numbers in it are those of `now`. Both times lie in its past where they must, also after a clock was set back:
 * an alert that begins after it ends is refused, and one that ends in the future has not ended.
 */
export function toWire(alert: ToldAlert, now: Date, options: WireOptions): WireAlert {
  const { labels, since, resolvedAt } = alert;
  const notAfter = (limit: Date, at: Date) => (at > limit ? limit : at);
  const end =
    resolvedAt === undefined ? new Date(now.getTime() + options.validSeconds * 1000) : notAfter(now, resolvedAt);
  const account = labels["account"];
  return {
    labels,
    annotations: { ...alert.annotate(resolvedAt ?? now), ...linksOf(labels, options) },
    startsAt: notAfter(notAfter(end, now), since).toISOString(),
    endsAt: end.toISOString(),
    generatorURL: `${options.externalUrl}/${account === undefined ? "" : `accounts/${encodeURIComponent(account)}`}`,
  };
}
