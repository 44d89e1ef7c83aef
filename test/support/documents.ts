import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export interface Block {
  readonly page: string;
  /** Of its first line of text, from 1. */
  readonly line: number;
  /** What stands behind the opening fence. */
  readonly info: string;
  /** Without the indentation that it has in a list. */
  readonly text: string;
  /** For names of tests and messages. */
  readonly at: string;
}

/** What a block may be, and which test looks at it. CONTRIBUTING.md tells these words. */
export const INFO_STRINGS: Readonly<Record<string, string>> = {
  yaml: "test/guards/docs-configs.test.ts",
  "yaml prometheus": "test/integration/docs-queries.test.ts",
  "yaml rules": "test/integration/docs-queries.test.ts",
  "yaml alertmanager": "test/integration/docs-queries.test.ts",
  promql: "test/integration/docs-queries.test.ts",
  sh: "test/guards/docs-commands.test.ts",
  json: "test/guards/docs-configs.test.ts",
  ts: "test/guards/docs-code.test.ts",
  js: "test/guards/docs-code.test.ts",
  text: "test/integration/docs-commands.test.ts",
};

interface Exception {
  readonly page: string;
  /** The block or the command line begins with it. */
  readonly start: string;
  readonly why: string;
}

/** The only blocks and command lines that nothing checks. */
export const EXCEPTIONS: readonly Exception[] = [
  { page: "docs/high-availability.md", start: " provider ◄──", why: "a drawing" },
  {
    page: "docs/backtest-your-own.md",
    start: "main (nanogpt)",
    why: "two weeks of somebody's history; test/cli/backtest.test.ts compares the layout",
  },
  {
    page: "docs/command-line.md",
    start: "ok    config: config.yaml: good",
    why: "the machine of somebody; test/integration/doctor-command.test.ts compares the lines",
  },
  { page: "README.md", start: "docker", why: "there is no Docker where the tests run" },
];

export const isException = (page: string, text: string): boolean =>
  EXCEPTIONS.some((exception) => exception.page === page && text.startsWith(exception.start));

/** Every Markdown file that people read. */
export function pages(): readonly Page[] {
  const paths = globSync(["*.md", "{docs,deploy,bench,grafana}/**/*.md"], { cwd: ROOT });
  return paths.toSorted().map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, "utf8") }));
}

export function blocksOf({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].map(([all, indent = "", info = "", inner = ""]) => {
    const line = text.slice(0, text.indexOf(all)).split("\n").length + 1;
    const flush = inner.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    return { page: path, line, info, text: flush, at: `${path}:${line}` };
  });
}

/** All blocks of one kind, without the exceptions. */
export function blocks(info: string): readonly Block[] {
  return pages()
    .flatMap(blocksOf)
    .filter((block) => block.info === info && !isException(block.page, block.text));
}

/** The page without its blocks, so that nothing in them is taken for Markdown. */
const proseOf = ({ text }: Page): string => text.replaceAll(/^( *)```.*\n[\s\S]*?^\1```$/gm, "");

/** What stands between backticks in the prose. */
export const inlineCode = (page: Page): readonly string[] =>
  [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);

export interface Link {
  readonly words: string;
  readonly target: string;
  readonly isImage: boolean;
}

export function linksOf(page: Page): readonly Link[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, "·"));
  return [...prose.matchAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g)].map(([, mark, words = "", target = ""]) => ({
    words,
    target,
    isImage: mark === "!",
  }));
}

/** As GitHub makes them of headings: a second one of the same words has a number. */
export function anchorsOf(page: Page): readonly string[] {
  const seen = new Map<string, number>();
  return [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}
