import type { AccountSnapshot, ActiveAlert } from "../engine/snapshot.ts";
import type { Severity } from "../quota/state.ts";
import { annotationsOf } from "./annotations.ts";
import { EXPORTER_TEXTS, type PushedExporterAlert } from "./exporter-texts.ts";
import type { Wanted } from "./ledger.ts";

/** What fires on an account and its quotas, with the labels that the shipped rules give it. What is silenced is not told. */
export function alertsOfAccount(account: AccountSnapshot): readonly Wanted[] {
  return [...account.alerts, ...account.quotas.flatMap(({ alerts }) => alerts)]
    .filter(({ severity }) => severity !== "none")
    .map((alert) => ({
      labels: labelsOf(alert, account),
      quota: alert.quota,
      since: alert.since,
      annotate: (now: Date) => annotationsOf(alert, account, now),
    }));
}

/** An empty label is none, to Prometheus as to Alertmanager. */
function labelsOf({ alert, severity, quota }: ActiveAlert, { provider, account, labels }: AccountSnapshot) {
  const all = { ...labels, alertname: alert, severity, provider, account, quota };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** What the daemon says of itself. */
export function alertOfExporter(alertname: PushedExporterAlert, severity: Severity, since: Date): Wanted {
  const { summary, description } = EXPORTER_TEXTS[alertname];
  const annotations = { summary, description: description.join(" ") };
  return { labels: { alertname, severity }, quota: "", since, annotate: () => annotations };
}
