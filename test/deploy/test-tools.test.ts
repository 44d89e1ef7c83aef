import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { missingTools } from "../support/require-test-tools.ts";

const TOOLS = ["prometheus", "promtool", "prometheus-alertmanager", "amtool", "chromium"];

function folderWith(tools: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "test-tools-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const tool of tools) {
    writeFileSync(join(folder, tool), "#!/bin/sh\n");
    chmodSync(join(folder, tool), 0o755);
  }
  return folder;
}

describe("the check for the tools of the integration tests", () => {
  it("finds them in any folder of the search path", () => {
    const path = `${folderWith(TOOLS.slice(0, 2))}:${folderWith(TOOLS.slice(2))}`;

    expect(missingTools(path)).toEqual([]);
  });

  it("names what is missing or cannot be run", () => {
    const folder = folderWith(["prometheus", "promtool", "amtool", "chromium"]);
    chmodSync(join(folder, "amtool"), 0o644);

    expect(missingTools(folder)).toEqual(["prometheus-alertmanager", "amtool"]);
  });
});

describe("install-test-tools.sh", () => {
  const script = new URL("../../scripts/install-test-tools.sh", import.meta.url);

  it("does nothing when everything is there", () => {
    const output = execFileSync("/bin/bash", [script.pathname], {
      env: { PATH: folderWith(TOOLS) },
      encoding: "utf8",
    });

    expect(output).toBe(`test tools are installed: ${TOOLS.join(" ")}\n`);
  });

  it("says in one line what is missing where there is no apt-get", () => {
    const run = () =>
      execFileSync("/bin/bash", [script.pathname], { env: { PATH: folderWith(["chromium"]) }, stdio: "pipe" });

    expect(run).toThrow(
      "this script knows Debian only: put prometheus promtool prometheus-alertmanager amtool on the PATH by other means\n",
    );
  });
});
