import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { families } from "../../src/metrics/render.ts";
import { parseExposition } from "../support/exposition.ts";

interface ExposedFamily {
  readonly isCounter: boolean;
  readonly labels: ReadonlySet<string>;
}

/** By name, as a query names it: the parts of a histogram each by themselves. */
export type ExposedFamilies = ReadonlyMap<string, ExposedFamily>;

const TARGET = ["job", "instance"];

/** Every series that a scrape of the exporter can give, with what Prometheus adds to each. */
export async function exposedFamilies(): Promise<ExposedFamilies> {
  const quotas = families.map(({ name, type, labels, quota }) => {
    const identity = ["provider", "account", ...(quota === undefined ? [] : ["quota"])];
    return [name, { isCounter: type === "counter", labels: new Set([...TARGET, ...identity, ...labels]) }] as const;
  });
  const page = await fullPage();
  const exporter = parseExposition(page).map(({ name, labels }) => {
    const isCounter = page.includes(`# TYPE ${name} counter\n`) || /_(bucket|count|sum)$/.test(name);
    return [name, { isCounter, labels: new Set([...TARGET, ...Object.keys(labels)]) }] as const;
  });
  return new Map([...quotas, ...exporter, ["up", { isCounter: false, labels: new Set(TARGET) }]]);
}

/** With everything that appears only in some configs. */
async function fullPage(): Promise<string> {
  const metrics = createExporterMetrics({ version: "1.0.0", revision: "abc", nodeVersion: "v24.0.0" });
  metrics.addProviders(["nanogpt"]);
  metrics.addPeer();
  metrics.addToken();
  metrics.proxy().addAccounts(["team"]);
  metrics.sessions().addAccounts(["team"]);
  metrics.configLoaded(new Date(0));
  metrics.stateWritten(true);
  metrics.historySeeded("prometheus", true);
  metrics.alertmanager("127.0.0.1:9093", 100).clockAhead(0);
  return metrics.render();
}
