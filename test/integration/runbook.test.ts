import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const DOCS = new URL("../../docs/", import.meta.url);
const [page, metrics] = await Promise.all(
  ["alerts.md", "metrics.md"].map((name) => readFile(new URL(name, DOCS), "utf8")),
);
const queries = [...(page ?? "").matchAll(/^```promql\n([\s\S]*?)^```$/gm)].map(([, query = ""]) => query.trim());

it("Prometheus understands every query of the runbook", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runbook-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "queries.yml");
  const rules = queries.map((expr, index) => ({ record: `runbook:query_${index}`, expr }));
  // JSON, which is also YAML.
  await writeFile(path, JSON.stringify({ groups: [{ name: "queries", rules }] }));

  const { stdout } = await promisify(execFile)("promtool", ["check", "rules", path]);

  expect(queries.length).toBeGreaterThan(10);
  expect(stdout).toContain(`${queries.length} rules found`);
});

it.each(queries)("the exporter exposes what the query %s asks for", (query) => {
  const names = query.match(/llm_quota_\w+/g) ?? [];

  expect(names.filter((name) => !metrics?.includes(`\`${name}\``))).toEqual([]);
});
