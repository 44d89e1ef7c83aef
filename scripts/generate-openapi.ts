// Writes the OpenAPI document of the HTTP API: node scripts/generate-openapi.ts
import { writeFile } from "node:fs/promises";
import { openApiText } from "./openapi-document.ts";

await writeFile(new URL("../docs/openapi.json", import.meta.url), openApiText());
