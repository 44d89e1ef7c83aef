import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { PRESETS } from "../../src/providers/presets.ts";
import { ownHosts } from "../../src/providers/provider.ts";
import { findProvider, PROVIDERS } from "../../src/providers/registry.ts";

const ROOT = join(import.meta.dirname, "../..");
const IDS = PROVIDERS.map(({ id }) => id);

function folders(path: string): string[] {
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

describe("the registry", () => {
  it("lists exactly the folders of src/providers, and the presets", () => {
    const written = folders("src/providers").filter((name) => name !== "presets");
    const presets = readdirSync(join(ROOT, "src/providers/presets")).map((file) => file.replace(/\.ts$/, ""));

    expect([...IDS].sort()).toEqual([...written, ...presets.map((name) => name.replaceAll("-", "_"))].sort());
  });

  it("is in alphabetical order, without an id twice", () => {
    expect(IDS).toEqual([...new Set(IDS)].sort());
  });

  it("shares no environment variable between two providers", () => {
    const variables = PROVIDERS.flatMap(({ environment }) => [
      ...(environment.apiKey ?? []),
      ...(environment.baseUrl ?? []),
    ]);

    expect(variables).toEqual([...new Set(variables)]);
  });

  it("has no beginning of a key twice, nor one that many keys share", () => {
    const prefixes = PROVIDERS.flatMap(({ keyPrefixes = [] }) => keyPrefixes);

    expect(prefixes).toEqual([...new Set(prefixes)]);
    expect(prefixes.filter((prefix) => prefix.length < 4 || /^sk[-_]?$/.test(prefix))).toEqual([]);
  });

  it("finds a provider by its id, and nothing by another", () => {
    for (const provider of PROVIDERS) expect(findProvider(provider.id)).toBe(provider);
    expect(findProvider("toString")).toBeUndefined();
  });
});

/** Without comments, blank lines and what it imports. */
function dataLines(id: string): number {
  const text = readFileSync(join(ROOT, `src/providers/presets/${id.replaceAll("_", "-")}.ts`), "utf8");
  return text.split("\n").filter((line) => !/^\s*(?:\/\/|import |$)/.test(line)).length;
}

it.each(PRESETS.map(({ id }) => id))("%s costs under 40 lines of data", (id) => {
  expect(dataLines(id)).toBeGreaterThan(8);
  expect(dataLines(id)).toBeLessThan(40);
});

describe.each(PROVIDERS)("$id", (provider) => {
  it("has an adapter, a page, a contract and tests", () => {
    const { id } = provider;
    const name = id.replaceAll("_", "-");
    const files = [
      `docs/providers/${id}.md`,
      PRESETS.includes(provider) ? `src/providers/presets/${name}.ts` : `src/providers/${id}/${name}.ts`,
      `test/providers/${id}/contract.ts`,
      `test/providers/${id}/${name}.test.ts`,
    ];

    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it("has facts that hold", () => {
    expect(provider.id).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(provider.floorSeconds).toBeGreaterThanOrEqual(1);
    if (provider.baseUrl !== undefined)
      expect(new URL(provider.baseUrl).href.replace(/\/$/, "")).toBe(provider.baseUrl);
    for (const host of ownHosts(provider)) expect(new URL(`https://${host}`).host).toBe(host);
  });
});

/** Ids that are words of the code besides. Of these only a comparison speaks of a provider. */
const ALSO_WORDS: ReadonlySet<string> = new Set(["headers", "prometheus"]);

/** The ids that stand in a source text as a string of their own. */
function idsIn(source: string): readonly string[] {
  return IDS.filter((id) => {
    if (ALSO_WORDS.has(id)) return new RegExp(`\\b(?:id|provider) *[!=]== *["'\`]${id}["'\`]`).test(source);
    return ['"', "'", "`"].some((quote) => source.includes(`${quote}${id}${quote}`));
  });
}

describe("generic code", () => {
  /** A provider may name itself, the demo plays providers, and the log of a tool is in that tool's own words. */
  const OWN = /^src\/(?:demo|sessions|providers\/[^/]+)\//;
  const generic = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => !OWN.test(file));

  it("never mentions a provider by its id", () => {
    const found = generic.flatMap((file) =>
      idsIn(readFileSync(join(ROOT, file), "utf8")).map((id) => `${file} mentions ${id}`),
    );

    expect(generic).toContain("src/providers/registry.ts");
    expect(found).toEqual([]);
  });

  it("would be found out if it did", () => {
    for (const id of IDS) {
      expect(idsIn(`if (provider.id === "${id}") return;`)).toEqual([id]);
      expect(idsIn(`import { x } from "./${id}/${id}.ts"; // ${id}`)).toEqual([]);
    }
  });
});
