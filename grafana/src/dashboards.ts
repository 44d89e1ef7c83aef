import { account } from "./account.ts";
import { exporterHealth } from "./exporter-health.ts";
import { liveTraffic } from "./live-traffic.ts";
import { overview } from "./overview.ts";

/** File name under grafana/dashboards/ → its text. */
export function renderDashboards(): ReadonlyMap<string, string> {
  return new Map([
    ["account.json", text(account())],
    ["exporter-health.json", text(exporterHealth())],
    ["live-traffic.json", text(liveTraffic())],
    ["overview.json", text(overview())],
  ]);
}

/** The SDK would hide every link and every switch of a mark in a menu: it knows no other place for them. */
const openly = (key: string, value: unknown) => (key === "placement" && value === "inControlsMenu" ? undefined : value);

const text = (dashboard: unknown): string => `${JSON.stringify(dashboard, openly, 2)}\n`;
