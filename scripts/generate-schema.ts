// Writes the JSON Schema of the config: node scripts/generate-schema.ts
import { writeFile } from "node:fs/promises";
import { configJsonSchema } from "../src/config/json-schema.ts";
import { PROVIDERS } from "../src/providers/registry.ts";

const text = `${JSON.stringify(configJsonSchema(PROVIDERS), null, 2)}\n`;
await writeFile(new URL("../config.schema.json", import.meta.url), text);
