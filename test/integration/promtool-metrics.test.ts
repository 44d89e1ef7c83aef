import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../../src/metrics/page.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import { aSnapshot, NOW } from "../support/snapshot.ts";

const PROMTOOL = "promtool";

function checkMetrics(text: string) {
  const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], { input: text, encoding: "utf8" });
  return { status, remarks: stdout + stderr };
}

const CLEAN = { status: 0, remarks: "" };

test("promtool has no remark on the golden file", () => {
  expect(checkMetrics(readFileSync(new URL("../metrics/golden.prom", import.meta.url), "utf8"))).toEqual(CLEAN);
});

test.each([
  ["with every corner", everyCorner],
  ["without accounts", aSnapshot({ accounts: [] })],
])("promtool has no remark on a whole page %s", async (_what, snapshot) => {
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "abc", nodeVersion: "v24" });
  exporter.addProviders(["nanogpt", "deepseek"]);
  exporter.observePoll("nanogpt", 0.4);
  exporter.configLoaded(NOW);
  const onError = (error: unknown) => {
    throw error;
  };
  const page = createMetricsPage({ snapshot: () => snapshot, exporter, now: () => NOW, onError });
  expect(checkMetrics((await page.render("identity")).toString())).toEqual(CLEAN);
});

test("promtool would complain: a gauge that ends in _total is found", () => {
  const { status, remarks } = checkMetrics("# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n");
  expect(status).toBe(3);
  expect(remarks).toContain("a_total");
});
