import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { Series } from "../../src/store/prometheus-api.ts";
import { FAMILIES } from "../../src/store/prometheus-outcomes.ts";
import { parseExposition } from "./exposition.ts";

export interface Scrape {
  readonly at: Date;
  /** The text of `/metrics`. */
  readonly page: string;
  /** What Prometheus adds. */
  readonly target?: Readonly<Record<string, string>>;
}

const TARGET = { job: "llm-quota-exporter", instance: "a:10844" };

/** What a Prometheus has of these scrapes, of the families that readings are put together from. */
export function seriesOf(scrapes: readonly Scrape[]): Series[] {
  type Growing = { readonly labels: Record<string, string>; readonly samples: [number, number][] };
  const series = new Map<string, Growing>();
  for (const { at, page, target = TARGET } of scrapes) {
    for (const { name, labels, value } of parseExposition(page)) {
      if (!(name in FAMILIES) && name !== "llm_quota_poll_interval_seconds") continue;
      const own = { ...labels, ...target, __name__: name };
      const key = JSON.stringify(own);
      const one: Growing = series.get(key) ?? { labels: own, samples: [] };
      one.samples.push([at.getTime() / 1000, value]);
      series.set(key, one);
    }
  }
  return [...series.values()];
}

/** The same as OpenMetrics text with times, for `promtool tsdb create-blocks-from openmetrics`. */
export function openMetricsOf(scrapes: readonly Scrape[]): string {
  const nameOf = ({ labels }: Series) => labels["__name__"] ?? "";
  // A family in one piece, and each series in the order of time.
  const series = seriesOf(scrapes).toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const lines = series.flatMap(({ labels, samples }) => {
    const { __name__: name, ...others } = labels;
    const text = Object.entries(others).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
    return samples.map(([at, value]) => `${name}{${text.join(",")}} ${value} ${at}\n`);
  });
  return `${lines.join("")}# EOF\n`;
}

/** What does not begin anew with the process. */
export function lasting(quotas: readonly QuotaSnapshot[]) {
  return quotas.map(({ consumedTotal: _c, resetsTotal: _r, topupsTotal: _t, limitChangesTotal: _l, ...rest }) => rest);
}
