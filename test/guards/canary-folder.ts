import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");

/** A folder with the project's own tool settings and planted source, to prove that a guard can fail. */
export function canaryFolder(settings: readonly string[], files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "canary-"));
  for (const name of settings) cpSync(join(ROOT, name), join(folder, name));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return {
    run(tool: string, args: readonly string[]) {
      const ended = spawnSync(join(BIN, tool), args, {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: `${BIN}:/usr/bin:/bin` },
      });
      return { status: ended.status, output: ended.stdout + ended.stderr };
    },
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
