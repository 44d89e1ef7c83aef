import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const TOOLS = ["prometheus", "promtool", "prometheus-alertmanager", "amtool", "chromium"];

/** Those that no directory of the search path holds. */
export function missingTools(searchPath: string): readonly string[] {
  const directories = searchPath.split(delimiter).filter((directory) => directory !== "");
  return TOOLS.filter((tool) => !directories.some((directory) => isExecutable(join(directory, tool))));
}

/** Run by vitest before the first integration test. */
export function setup(): void {
  const missing = missingTools(process.env["PATH"] ?? "");
  if (missing.length === 0) return;
  throw new Error(`integration tests need ${missing.join(", ")}: run ./scripts/install-test-tools.sh`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Absent and not executable are the same answer here.
    return false;
  }
}
