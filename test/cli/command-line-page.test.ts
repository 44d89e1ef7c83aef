import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import { USAGE } from "../../src/cli/usage.ts";

const page = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```sh\n([^`]*)^```$/gm)]
  .flatMap(([, block = ""]) => block.trim().split("\n"))
  .map((line) => line.replace(/^llm-quota-exporter /, "").replace(/ <.*/, ""));
const words = (line: string) => (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));

const commands = [...USAGE.matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm)].map(([, name = ""]) => name);
const flags = [...USAGE.matchAll(/^ {2}--([a-z.-]+)/gm)].map(([, name = ""]) => name);

describe("the page about the command line", () => {
  it.each(commands.map((command) => ({ command })))("has a section and an example for $command", ({ command }) => {
    expect(page).toContain(`\n## ${command}\n`);
    expect(examples.some((line) => words(line)[0] === command)).toBe(true);
  });

  it.each(flags.map((flag) => ({ flag })))("has an example for --$flag", ({ flag }) => {
    expect(flags).toContain("config.file");
    expect(examples.some((line) => words(line).includes(`--${flag}`))).toBe(true);
  });

  it.each(examples.map((line) => ({ line })))("has an example that is understood: $line", ({ line }) => {
    expect(() => parseArguments(words(line))).not.toThrow();
  });
});
