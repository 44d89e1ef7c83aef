import { dirname, join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { blocks, ROOT } from "../support/documents.ts";

/** The providers of docs/adding-a-provider.md, as they would stand in the source; nothing is written to a disk. */
const FOLDER = join(ROOT, "src/providers/acme");
const PRESET = join(ROOT, "src/providers/presets/acme.ts");
const [preset, schema, adapter, ...others] = blocks("ts");
const files = new Map([
  [PRESET, preset?.text ?? ""],
  [join(FOLDER, "schema.ts"), schema?.text ?? ""],
  [join(FOLDER, "acme.ts"), adapter?.text ?? ""],
]);

/** What the compiler says of these files among those of the project. */
function complaints(sources: ReadonlyMap<string, string>): readonly string[] {
  const config = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.directoryExists = (path) => path === dirname(join(FOLDER, "x")) || (directoryExists?.(path) ?? true);
  host.getSourceFile = (path, version) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([...sources.keys()], { ...options, noEmit: true }, host);
  return [...sources.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  });
}

/** What the parser says of a script or a module. */
const syntaxErrors = (text: string) =>
  (ts.transpileModule(text, { reportDiagnostics: true, fileName: "shown.js" }).diagnostics ?? []).map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"),
  );

it.each(blocks("js"))("JavaScript in the documents can be read: $at", ({ text }) => {
  expect(syntaxErrors(text)).toEqual([]);
  expect(syntaxErrors(`${text}(`)).not.toEqual([]);
});

it("the providers that the documents show type-check as they stand", { timeout: 120_000 }, () => {
  expect(others).toEqual([]);
  expect([...files.values()].map((text) => text.includes("import"))).toEqual([true, true, true]);
  expect(complaints(files)).toEqual([]);

  const broken = new Map(files).set(
    join(FOLDER, "acme.ts"),
    (adapter?.text ?? "").replace("bearer: apiKey", "bearer: 7"),
  );
  expect(complaints(broken).join()).toContain("'number' is not assignable");

  const unknown = new Map(files).set(PRESET, (preset?.text ?? "").replace("remaining:", "left:"));
  expect(complaints(unknown).join()).toContain("'left' does not exist");
});
