import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/providers/registry.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCS = new URL("docs/", ROOT);
const page = readFileSync(new URL("alerts.md", DOCS), "utf8");
const readme = readFileSync(new URL("deploy/alertmanager/README.md", ROOT), "utf8");

/** As GitHub makes them of a heading. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, "")
      .replaceAll(" ", "-"),
  );

const sections = page
  .split(/^(?=#{2,3} )/m)
  .map((text) => ({ name: /^#+ (.+)/.exec(text)?.[1] ?? "", text }))
  .filter(({ name }) => name.startsWith("LLMQuota"));

describe("the runbook", () => {
  it.each(sections)("says of $name what it means, how to check it, what to do, and when to be quiet", ({ text }) => {
    const parts = [...text.matchAll(/^\*\*(\w+)\.\*\*\s/gm)].map(([, part]) => part);

    expect(parts).toEqual(["Means", "Check", "Do", "Silence"]);
  });

  it.each(sections)("lists $name in its table of contents", ({ name }) => {
    expect(page).toContain(`[${name}](#${name.toLowerCase()})`);
  });

  it.each(PROVIDERS.map(({ id }) => ({ id })))("says what ends a shortage with $id", ({ id }) => {
    expect(page).toContain(`\n| [${id}](providers/${id}.md) |`);
  });

  it.each(
    [...page.matchAll(/\]\(([^)#]*)(#[^)]*)?\)/g)].map(([link, path = "", anchor = ""]) => ({ link, path, anchor })),
  )("leads somewhere with $link", ({ path, anchor }) => {
    const target = new URL(path === "" ? "alerts.md" : path, DOCS);

    expect(existsSync(target)).toBe(true);
    if (anchor !== "") expect(anchorsOf(readFileSync(target, "utf8"))).toContain(anchor.slice(1));
  });
});

it("the page about Alertmanager leads to headings of the runbook that are there", () => {
  const anchors = [...readme.matchAll(/docs\/alerts\.md#([^)]+)\)/g)].map(([, anchor]) => anchor);

  expect(anchors.length).toBeGreaterThan(0);
  expect(anchors.filter((anchor) => anchor !== undefined && !anchorsOf(page).includes(anchor))).toEqual([]);
});
