import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { renderPrometheusRules } from "../../src/alerting/prometheus-rules.ts";
import { renderPromqlRules } from "../../src/alerting/promql-rules.ts";
import {
  anchorsOf,
  blocksOf,
  EXCEPTIONS,
  INFO_STRINGS,
  inlineCode,
  linksOf,
  type Page,
  pages,
  ROOT,
} from "../support/documents.ts";

const all = pages();
const anchors = new Map(all.map((page) => [page.path, anchorsOf(page)]));

/** What is wrong with where this leads; undefined if nothing is, or if it leads out of the repository. */
function problemOf(target: string, page: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, file))) return `${target}: there is no ${file}`;
  if (anchor === undefined) return undefined;
  return anchors.get(file)?.includes(anchor) ? undefined : `${target}: ${file} has no such heading`;
}

const problemsOf = (page: Page) => linksOf(page).flatMap(({ target }) => problemOf(target, page.path) ?? []);

describe("the documents", () => {
  it.each(all)("lead somewhere with every link of $path", (page) => {
    expect(problemsOf(page)).toEqual([]);
  });

  it.each(all)("name no file in $path that is not there", (page) => {
    const files = /^(docs|deploy|grafana|test|scripts|src|bench)\/[\w./-]+\.\w+$/;
    // `acme` is the provider that the reader is to write.
    const named = inlineCode(page).filter((code) => files.test(code) && !/\/acme(?:\/|\.ts$)/.test(code));

    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("say in words what a picture shows", () => {
    const pictures = all.flatMap(linksOf).filter(({ isImage }) => isImage);

    expect(pictures.length).toBeGreaterThanOrEqual(3);
    expect(pictures.filter(({ words }) => words.split(" ").length < 4)).toEqual([]);
  });

  it("have no picture that no page shows", () => {
    const shown = all.flatMap((page) => linksOf(page).map(({ target }) => normalize(join(dirname(page.path), target))));
    const pictures = readdirSync(join(ROOT, "docs/images")).map((name) => `docs/images/${name}`);

    expect(pictures.filter((picture) => !shown.includes(picture))).toEqual([]);
  });

  it("have every page of docs/ in the index", () => {
    const index = all.find(({ path }) => path === "docs/README.md") ?? { path: "", text: "" };
    const listed = linksOf(index).map(({ target }) => `docs/${target.split("#")[0]}`);
    const there = all.map(({ path }) => path).filter((path) => /^docs\/[^/]+\.md$/.test(path));

    expect(there.filter((path) => path !== index.path && !listed.includes(path))).toEqual([]);
  });

  it("mark every block with a word that a test knows, and CONTRIBUTING.md explains each", () => {
    const unknown = all.flatMap(blocksOf).filter(({ info }) => INFO_STRINGS[info] === undefined);
    const contributing = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");

    expect(unknown.map(({ at, info }) => `${at}: "${info}"`)).toEqual([]);
    expect(Object.keys(INFO_STRINGS).filter((info) => !contributing.includes(`\`${info}\``))).toEqual([]);
    expect(Object.values(INFO_STRINGS).filter((test) => !existsSync(join(ROOT, test)))).toEqual([]);
  });

  it("need every exception that is made for them", () => {
    const idle = EXCEPTIONS.filter(({ page, start }) => {
      const text = all.find(({ path }) => path === page)?.text ?? "";
      return !text.split("\n").some((line) => line.startsWith(start));
    });

    expect(idle).toEqual([]);
  });
});

describe("the links of alerts", () => {
  const rules = renderPrometheusRules() + renderPromqlRules();
  const runbooks = [...new Set([...rules.matchAll(/runbook_url: "?([^\s"]+)/g)].map(([, url = ""]) => url))];

  it("lead to headings of the runbook", () => {
    expect(runbooks.length).toBeGreaterThan(10);
    expect(runbooks.flatMap((url) => problemOf(url, "README.md") ?? [])).toEqual([]);
  });
});

describe("this check", () => {
  const page = (text: string): Page => ({ path: "docs/README.md", text });

  it("finds a link without an end, a heading that is not there, and nothing inside a block", () => {
    const text =
      "[a](gone.md) [b](alerts.md#nothing) [c](alerts.md#silencing)\n```sh\n[d](gone.md)\n```\n`[e](gone.md)`\n";

    expect(problemsOf(page(text))).toEqual([
      "gone.md: there is no docs/gone.md",
      "alerts.md#nothing: docs/alerts.md has no such heading",
    ]);
  });

  it("makes anchors as GitHub does", () => {
    expect(anchorsOf(page("# Why `x`, and [y](z.md)?\n## A — b\n### Same\n### Same\n```sh\n# no\n```\n"))).toEqual([
      "why-x-and-y",
      "a--b",
      "same",
      "same-1",
    ]);
  });

  it("takes the indentation of a list out of a block", () => {
    expect(blocksOf(page("- x\n\n  ```yaml rules\n  a:\n    b\n  ```\n"))).toMatchObject([
      { info: "yaml rules", line: 4, text: "a:\n  b\n" },
    ]);
  });
});
