// Writes grafana/dashboards/*.json; with --check it compares instead and exits 1 on a difference.
import { readFile, writeFile } from "node:fs/promises";
import { renderDashboards } from "./dashboards.ts";

const directory = new URL("../dashboards/", import.meta.url);
const check = process.argv.includes("--check");

for (const [name, text] of renderDashboards()) {
  const file = new URL(name, directory);
  if (!check) {
    await writeFile(file, text);
  } else if ((await readFile(file, "utf8")) !== text) {
    console.error(`grafana/dashboards/${name} differs from its source: run node grafana/src/generate.ts`);
    process.exitCode = 1;
  }
}
