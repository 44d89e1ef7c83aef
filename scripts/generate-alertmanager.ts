// Writes the example configs of Alertmanager: node scripts/generate-alertmanager.ts
import { writeFile } from "node:fs/promises";
import { renderAlertmanagerExamples } from "./alertmanager-examples.ts";

for (const [file, text] of renderAlertmanagerExamples()) {
  await writeFile(new URL(`../deploy/alertmanager/${file}`, import.meta.url), text);
}
