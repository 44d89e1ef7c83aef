import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { parseArguments, UsageError } from "../../src/cli/arguments.ts";
import { blocks, inlineCode, isException, pages, ROOT } from "../support/documents.ts";
import { shellCommands } from "../support/shell-commands.ts";

const NAME = "llm-quota-exporter";
/** Those that test/integration/docs-commands.test.ts asks for their flags or runs. */
const ASKED_THERE = ["curl", "amtool", "alertmanager"];
const NPM_ITSELF = ["ci", "test", "pack", "install"];

/** What is wrong with a command line; undefined if nothing is. */
function problemOf(words: readonly string[]): string | undefined {
  const [program = "", first = "", second = ""] = words;
  if (program === NAME) return argumentProblem(words.slice(1));
  if (program === "npx")
    return first === NAME ? argumentProblem(words.slice(2)) : missingFile(`node_modules/.bin/${first}`);
  if (program === "npm") return npmProblem(first, second);
  if (program === "node") return missingFile(words.slice(1).find((word) => !word.startsWith("-")) ?? "");
  if (program.startsWith("./")) return missingFile(program);
  if (program === "kubectl")
    return words.includes("apply") ? missingFile(words.at(-1) ?? "") : "nobody checks this of kubectl";
  return ASKED_THERE.includes(program) ? undefined : `nobody checks ${program}`;
}

function argumentProblem(words: readonly string[]): string | undefined {
  try {
    // A word in capitals stands for what the reader has.
    parseArguments(words.map((word) => word.replace(/^(--[\w.-]+=)?URL$/, "$1http://127.0.0.1:10844")));
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function npmProblem(first: string, script: string): string | undefined {
  if (first !== "run") return NPM_ITSELF.includes(first) ? undefined : `npm ${first} is not known here`;
  return Object.hasOwn(packageJson.scripts, script) ? undefined : `there is no npm script ${script}`;
}

const missingFile = (path: string) => (existsSync(join(ROOT, path)) ? undefined : `there is no ${path}`);

const inBlocks = blocks("sh").flatMap(({ page, at, text }) =>
  shellCommands(text)
    .filter(({ words }) => !isException(page, words.join(" ")))
    .map(({ words }) => ({ at, line: words.join(" "), words })),
);

/** Command lines within sentences: of ours, also without its name, and scripts of npm. What is no whole one has a gap. */
const inSentences = pages().flatMap((page) =>
  inlineCode(page)
    .filter((code) =>
      /^(llm-quota-exporter |npm run |(serve|poll|status|replay|backtest|doctor|(check|print|test)-\w+) --)/.test(code),
    )
    .filter((code) => !/[[<…|]/.test(code))
    .flatMap((code) => shellCommands(code))
    .map(({ words: [program = "", ...rest] }) => {
      const words = program === NAME || program === "npm" ? [program, ...rest] : [NAME, program, ...rest];
      return { at: page.path, line: words.join(" "), words };
    }),
);

describe("the command lines in the documents", () => {
  it("are found", () => {
    expect(inBlocks.length).toBeGreaterThan(30);
    expect(inSentences.length).toBeGreaterThan(10);
  });

  it.each(inBlocks)("are right in $at: $line", ({ words }) => {
    expect(problemOf(words)).toBeUndefined();
  });

  it.each(inSentences)("are right within the sentences of $at: $line", ({ words }) => {
    // A sentence may name a flag without its value.
    const problem = problemOf(words)?.replace(/^Option .* argument (missing|is ambiguous)$/, "");

    expect(problem ?? "").toBe("");
  });
});

describe("this check", () => {
  it.each([
    ["llm-quota-exporter frobnicate", 'unknown command "frobnicate"'],
    ["llm-quota-exporter poll --url=http://127.0.0.1:1", "--url belongs to"],
    ["npm run nothing", "there is no npm script nothing"],
    ["node src/nothing.ts", "there is no src/nothing.ts"],
    ["rm -rf data", "nobody checks rm"],
  ])("refuses %s", (line, problem) => {
    expect(problemOf(line.split(" "))).toContain(problem);
  });

  it("reads what a shell reads", () => {
    const text = "A=1 b 'c d' \\\n  --e=\"f g\" # h\n\n# i\nj#k && l < m | n > o; p\n";

    expect(shellCommands(text)).toEqual([
      { env: { A: "1" }, words: ["b", "c d", "--e=f g"] },
      { env: {}, words: ["j#k"] },
      { env: {}, words: ["l"] },
      { env: {}, words: ["n"] },
      { env: {}, words: ["p"] },
    ]);
  });
});
