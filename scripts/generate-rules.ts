// Writes the shipped rule files: node scripts/generate-rules.ts
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { SHIPPED_RULES } from "./shipped-rules.ts";

for (const { path, render } of SHIPPED_RULES) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, render());
}
