import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
const SLOW = 300_000;

const copy = mkdtempSync(join(tmpdir(), "new-provider-"));
afterAll(() => rmSync(copy, { recursive: true, force: true }));
for (const path of ["src", "test", "docs/providers", "scripts/new-provider.ts", "package.json", "tsconfig.json"]) {
  cpSync(join(ROOT, path), join(copy, path), { recursive: true });
}
for (const path of ["vitest.config.ts", "biome.json"]) cpSync(join(ROOT, path), join(copy, path));
symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));

function run(tool: string, ...args: readonly string[]) {
  const env = { PATH: `${BIN}:/usr/bin:/bin`, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(tool, args, { cwd: copy, encoding: "utf8", env });
  return { status, output: stdout + stderr };
}

const create = (...args: readonly string[]) => run(process.execPath, "scripts/new-provider.ts", ...args);
const read = (path: string) => readFileSync(join(copy, path), "utf8");

describe("new-provider", () => {
  it.each([
    ["no id", []],
    ["capitals", ["Acme"]],
    ["a dash", ["acme-cloud"]],
    ["a digit first", ["4acme"]],
    ["a path", ["../acme"]],
    ["an underscore at the end", ["acme_"]],
    ["more than fits a label", ["a".repeat(41)]],
  ])("refuses %s and writes nothing", (_what, args) => {
    const registry = read("src/providers/registry.ts");

    const { status, output } = create(...args);

    expect({ status, output }).toEqual({
      status: 2,
      output:
        "needs the id of a provider in lower snake case, such as acme_cloud: npm run new-provider -- acme_cloud\n",
    });
    expect(read("src/providers/registry.ts")).toBe(registry);
  });

  it("refuses a provider that is there already", () => {
    const registry = read("src/providers/registry.ts");

    expect(create("openrouter")).toEqual({
      status: 2,
      output: "the provider openrouter is there already: src/providers/openrouter\n",
    });
    expect(read("src/providers/registry.ts")).toBe(registry);
  });

  it("writes what is type-checked, formatted and registered, and tests that say what to fill in", {
    timeout: SLOW,
  }, () => {
    const before = read("src/providers/registry.ts").split("\n");

    const { status, output } = create("new_acme_2");

    expect({ status, output }).toMatchObject({ status: 0 });
    const written = [
      "src/providers/new_acme_2/schema.ts",
      "src/providers/new_acme_2/new-acme-2.ts",
      "test/providers/new_acme_2/fixtures/limits.200.json",
      "test/providers/new_acme_2/contract.ts",
      "test/providers/new_acme_2/new-acme-2.test.ts",
      "docs/providers/new_acme_2.md",
    ];
    expect(written.filter((path) => !existsSync(join(copy, path)) || !output.includes(`wrote ${path}\n`))).toEqual([]);
    const after = read("src/providers/registry.ts").split("\n");
    expect(after.filter((line) => !before.includes(line))).toEqual([
      'import { newAcme2 } from "./new_acme_2/new-acme-2.ts";',
      "  newAcme2,",
    ]);
    expect(before.filter((line) => !after.includes(line))).toEqual([]);

    const sources = [...written.filter((path) => path.endsWith(".ts")), "src/providers/registry.ts"];
    writeFileSync(join(copy, "tsconfig.new.json"), JSON.stringify({ extends: "./tsconfig.json", include: sources }));
    expect(run("tsc", "--noEmit", "-p", "tsconfig.new.json")).toEqual({ status: 0, output: "" });
    const format = run("biome", "check", "--error-on-warnings", "--vcs-enabled=false", ...sources);
    expect(format.status, format.output).toBe(0);

    const suites = ["test/providers/registry.test.ts", "test/providers/new_acme_2", "test/contract"];
    const tests = run("vitest", "run", "--project", "unit", ...suites, "-t", "new_acme_2|the registry");
    expect(tests.status).toBe(1);
    expect(tests.output).toMatch(/✓ .*registry\.test\.ts/);
    expect(tests.output).toContain("FILL IN src/providers/new_acme_2/schema.ts: the fields that are read");
    expect(tests.output).toContain("FILL IN test/providers/new_acme_2/contract.ts: the calls");
    expect(tests.output).toContain("FILL IN docs/providers/new_acme_2.md: what a read costs");
    expect(create("new_acme_2").status).toBe(2);
  });
});
