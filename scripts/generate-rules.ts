// Writes the shipped rule file: node scripts/generate-rules.ts
import { writeFile } from "node:fs/promises";
import { renderPrometheusRules } from "../src/alerting/prometheus-rules.ts";

await writeFile(new URL("../deploy/prometheus/llm-quota.rules.yml", import.meta.url), renderPrometheusRules());
