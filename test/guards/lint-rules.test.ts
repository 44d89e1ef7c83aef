import { expect, it } from "vitest";
import { canaryFolder } from "./canary-folder.ts";

const COMPLEX = `export function maze(a: number): number {
${Array.from({ length: 9 }, (_, index) => `  if (a > ${index}) { for (const x of [a]) { if (x > ${index}) { a += x; } } }`).join("\n")}
  return a;
}
`;

/** A line of source for every rule that the house style relies on. */
const PLANTED: readonly (readonly [rule: string, path: string, text: string])[] = [
  [
    "noFloatingPromises",
    "src/server/floating.ts",
    "async function later(): Promise<void> { await 1; }\nexport function go(): void { later(); }\n",
  ],
  [
    "noMisusedPromises",
    "src/server/misused.ts",
    "export const go = (items: number[]) => items.filter(async (item) => item > 1);\n",
  ],
  ["noImportCycles", "src/server/cycle-a.ts", 'import { b } from "./cycle-b.ts";\nexport const a = () => b;\n'],
  ["noDefaultExport", "src/server/default.ts", "export default 1;\n"],
  ["noBarrelFile", "src/server/index.ts", 'export { a } from "./cycle-a.ts";\n'],
  ["noExplicitAny", "src/server/any.ts", "export const value: any = 1;\n"],
  ["noNonNullAssertion", "src/server/bang.ts", "export const first = (list: number[]) => list[0]!;\n"],
  ["noConsole", "src/server/console.ts", 'console.log("x");\n'],
  [
    "noProcessEnv",
    "src/server/env.ts",
    'import process from "node:process";\nexport const home = process.env["HOME"];\n',
  ],
  [
    "noEmptyBlockStatements",
    "src/server/swallow.ts",
    "export function go(): void { try { JSON.parse(''); } catch {} }\n",
  ],
  [
    "noUndeclaredDependencies",
    "src/server/undeclared.ts",
    'import lodash from "lodash";\nexport const used = lodash;\n',
  ],
  ["useFilenamingConvention", "src/server/CamelCase.ts", "export const fine = 1;\n"],
  ["noRestrictedGlobals", "src/server/fetch.ts", 'export const go = () => fetch("http://127.0.0.1");\n'],
  ["noExcessiveCognitiveComplexity", "src/server/maze.ts", COMPLEX],
];

it("finds each planted violation of a lint rule", () => {
  using folder = canaryFolder(["biome.json", "package.json", "tsconfig.json", ".gitignore"], {
    ...Object.fromEntries(PLANTED.map(([, path, text]) => [path, text])),
    "src/server/cycle-b.ts": 'import { a } from "./cycle-a.ts";\nexport const b = () => a;\n',
  });

  const { status, output } = folder.run("biome", [
    "lint",
    "--vcs-enabled=false",
    "--error-on-warnings",
    "--max-diagnostics=none",
    "--reporter=json",
    "src",
  ]);

  for (const [rule, path] of PLANTED) expect(output, `${rule} in ${path}`).toContain(`/${rule}`);
  expect(status).toBeGreaterThan(0);
});

it("finds an export that nobody uses, and a file that nobody imports", () => {
  using folder = canaryFolder(["knip.json", "package.json", "tsconfig.json"], {
    "src/main.ts": 'import { used } from "./server/parts.ts";\nused();\n',
    "src/server/parts.ts": "export const used = () => 1;\nexport const forgotten = () => 2;\n",
    "src/server/lonely.ts": "export const lonely = 1;\n",
  });

  const { status, output } = folder.run("knip", ["--no-progress"]);

  expect(output).toContain("forgotten");
  expect(output).toContain("src/server/lonely.ts");
  expect(status).toBeGreaterThan(0);
});

it("finds a type error under the project's compiler settings", () => {
  using folder = canaryFolder(["tsconfig.json"], {
    "src/main.ts": "export const first = (list: number[]): number => list[0];\n",
  });

  const { status, output } = folder.run("tsc", ["--noEmit", "-p", "."]);

  expect(output).toContain("TS2322");
  expect(status).toBeGreaterThan(0);
});
