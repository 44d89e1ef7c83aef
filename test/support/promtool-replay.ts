import { annotationsOf } from "../../src/alerting/annotations.ts";
import { createWatch } from "../../src/alerting/watch.ts";
import { ACCOUNT_ALERTS, QUOTA_ALERTS } from "../../src/engine/alerts.ts";
import { ENGINE_DEFAULTS, type EngineSettings } from "../../src/engine/settings.ts";
import type { AccountSnapshot, ActiveAlert } from "../../src/engine/snapshot.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { parseExposition } from "./exposition.ts";

/** What one account's reads told over some time, to be lived through by the engine and then by Prometheus. */
export interface Story {
  readonly account: Account;
  readonly settings?: EngineSettings;
  readonly start: Date;
  readonly minutes: number;
  /** In the order of time. Those of a time when the exporter is down never happen. */
  readonly outcomes: readonly ReadOutcome[];
  /** Minutes in which the exporter is not there: it dies at the first and starts anew after the last. */
  readonly down?: { readonly from: number; readonly to: number };
}

/** One minute of a story. */
interface Step {
  readonly now: Date;
  /** Undefined while the exporter is down. */
  readonly page: string | undefined;
  readonly account: AccountSnapshot | undefined;
}

export interface Replay {
  readonly start: Date;
  readonly steps: readonly Step[];
}

/** Lets the engine live through a story, scraped each minute. */
export function replay({ account, settings = ENGINE_DEFAULTS, start, minutes, outcomes, down }: Story): Replay {
  const store = createMemoryStore();
  const begin = (startedAt: Date) => createWatch({ accounts: [account], store, settings, startedAt });
  const isDown = (minute: number) => down !== undefined && minute >= down.from && minute <= down.to;
  let watch = begin(start);
  let next = 0;
  const steps = Array.from({ length: minutes + 1 }, (_, minute): Step => {
    const now = new Date(start.getTime() + minute * 60_000);
    const isRestart = !isDown(minute) && isDown(minute - 1);
    if (isRestart) watch = begin(now);
    for (; next < outcomes.length; next++) {
      const outcome = outcomes[next];
      if (outcome === undefined || outcome.at > now) break;
      if (!isDown(minute)) watch.take(account, outcome);
    }
    if (isDown(minute)) return { now, page: undefined, account: undefined };
    watch.evaluate(now);
    const snapshot = watch.snapshot();
    return { now, page: renderFamilies(snapshot, now), account: snapshot.accounts[0] };
  });
  return { start, steps };
}

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/**
 * What Prometheus has after scraping the pages of these replicas each minute, of the families that the rules ask for. Its
 * time begins at 0.
 */
export function inputSeries(replicas: readonly Replay[], rules: string): InputSeries[] {
  return replicas.flatMap(({ start, steps }, index) => {
    const target = { instance: `${"abc"[index]}:10844`, job: "llm-quota-exporter" };
    const values = new Map<string, string[]>();
    const put = (series: string, minute: number, value: string) => {
      const row = values.get(series) ?? [];
      while (row.length < minute)
        row.push(row.length > 0 && row.at(-1) !== "_" && row.at(-1) !== "stale" ? "stale" : "_");
      row.push(value);
      values.set(series, row);
    };
    steps.forEach(({ page }, minute) => {
      put(seriesOf("up", target), minute, page === undefined ? "0" : "1");
      for (const { name, labels, value } of parseExposition(page ?? "")) {
        if (!rules.includes(name)) continue;
        const shown = name.endsWith("_timestamp_seconds") ? sinceStart(value, start) : value;
        put(seriesOf(name, { ...labels, ...target }), minute, String(shown));
      }
    });
    return [...values].map(([series, row]) => ({
      series,
      values: (row.length < steps.length ? [...row, "stale"] : row).join(" "),
    }));
  });
}

/** To the millisecond: the difference of two large numbers has more digits than either meant. */
const sinceStart = (value: number, start: Date) => Math.round(value * 1000 - start.getTime()) / 1000;

/** An empty label is none to Prometheus, but promtool would keep it. */
const known = (labels: Readonly<Record<string, string>>) => Object.entries(labels).filter(([, value]) => value !== "");

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}{${known(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;
}

const ENGINE_ALERTS = [...QUOTA_ALERTS, ...ACCOUNT_ALERTS] as const;
/** `keep_firing_for` of the shipped rules. */
const BRIDGE_MINUTES = 10;

interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

/** What the shipped rules must fire at a minute: what the engine of any replica fired then or within the bridge. */
function expectedAlerts(replicas: readonly Replay[], minute: number): Map<string, ExpectedAlert[]> {
  const expected = new Map<string, ExpectedAlert[]>(ENGINE_ALERTS.map((alert) => [alert, []]));
  const found = new Set<string>();
  for (let at = minute; at >= Math.max(0, minute - BRIDGE_MINUTES); at--) {
    for (const { steps } of replicas) {
      const { account, now } = steps[at] ?? {};
      if (account === undefined || now === undefined) continue;
      for (const alert of firing(account)) {
        const labels = labelsOf(alert, account);
        const identity = alert.alert + JSON.stringify(labels);
        if (!found.has(identity)) {
          // The newest text: Prometheus keeps the last one while it bridges.
          expected.get(alert.alert)?.push({ exp_labels: labels, exp_annotations: annotations(alert, account, now) });
        }
        found.add(identity);
      }
    }
  }
  return expected;
}

const firing = ({ alerts, quotas }: AccountSnapshot): ActiveAlert[] =>
  [...alerts, ...quotas.flatMap((quota) => quota.alerts)].filter(({ severity }) => severity !== "none");

function labelsOf({ severity, quota }: ActiveAlert, { provider, account, labels }: AccountSnapshot) {
  return Object.fromEntries(known({ ...labels, severity, provider, account, quota }));
}

function annotations(alert: ActiveAlert, account: AccountSnapshot, now: Date) {
  const variables = [
    `var-provider=${account.provider}&var-account=${account.account}`,
    ...(alert.quota === "" ? [] : [`var-quota=${alert.quota}`]),
  ];
  return {
    ...annotationsOf(alert, account, now),
    runbook_url: `docs/alerts.md#${alert.alert.toLowerCase()}`,
    dashboard_url: `/d/llm-quota-account/llm-quota-account?${variables.join("&")}`,
  };
}

/** One test of promtool: at each of these minutes the shipped rules fire what the engine fired, and nothing else. */
export function replayTest(name: string, replicas: readonly Replay[], minutes: readonly number[], rules: string) {
  return {
    name,
    interval: "1m",
    input_series: inputSeries(replicas, rules),
    alert_rule_test: minutes.flatMap((minute) =>
      [...expectedAlerts(replicas, minute)].map(([alertname, exp_alerts]) => ({
        eval_time: `${minute}m`,
        alertname,
        exp_alerts,
      })),
    ),
  };
}

/** When the engine of a replay fires each alert: from its first to its last minute, with its severity. */
export function firedBetween({ steps }: Replay): Record<string, readonly [number, number]> {
  const fired: Record<string, readonly [number, number]> = {};
  steps.forEach(({ account }, minute) => {
    for (const { alert, severity } of account === undefined ? [] : firing(account)) {
      const key = `${alert} ${severity}`;
      fired[key] = [fired[key]?.[0] ?? minute, minute];
    }
  });
  return fired;
}
