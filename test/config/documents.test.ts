import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load as parseYaml } from "js-yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { refreshedDocuments } from "../../scripts/generate-docs.ts";
import { ACCOUNT_SHAPE, FILE, QUOTA } from "../../src/config/schema.ts";
import { ENGINE_CONSTANTS } from "../../src/engine/settings.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { configDirectory, loadAt } from "./config-directory.ts";

const example = await readFile(new URL("../../config.example.yaml", import.meta.url), "utf8");
const page = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");

const isValid = new Ajv2020().compile(
  JSON.parse(await readFile(new URL("../../config.schema.json", import.meta.url), "utf8")),
);

/** Loads with the real providers; every key file that the text names exists. An editor must find nothing wrong either. */
async function loadReal(text: string) {
  expect(isValid(parseYaml(text)), JSON.stringify(isValid.errors)).toBe(true);
  const { directory, path } = await configDirectory(text.replaceAll("/run/secrets/", "secrets/"));
  await mkdir(join(directory, "secrets"));
  for (const [, name = ""] of text.matchAll(/\/run\/secrets\/([\w-]+)/g)) {
    await writeFile(join(directory, "secrets", name), "sk-from-file-0123", { mode: 0o600 });
  }
  return loadAt(path, {
    env: { NANOGPT_API_KEY: "sk-nanogpt", DEEPSEEK_API_KEY: "sk-deepseek", OPENAI_ADMIN_KEY: "sk-admin-openai" },
    providers: PROVIDERS,
  });
}

/** Ranges of lines that are one commented-out option: `#key: …` and the `#` lines right below it. */
function optionsOf(
  lines: readonly string[],
): readonly { readonly name: string; readonly from: number; readonly to: number }[] {
  const isOption = (line: string | undefined) => /^\s*#(\S| {2,}\S)/.test(line ?? "");
  return lines.flatMap((line, from) => {
    if (!isOption(line) || isOption(lines[from - 1])) return [];
    let to = from;
    while (isOption(lines[to + 1])) to++;
    return [{ name: line.trim().slice(1), from, to }];
  });
}

describe("config.example.yaml", () => {
  const lines = example.split("\n");
  const options = optionsOf(lines);
  const uncommented = (from: number, to: number) =>
    lines.map((line, index) => (index >= from && index <= to ? line.replace("#", "") : line)).join("\n");

  it("loads as it is, with its variables set", async () => {
    const { accounts, warnings } = await loadReal(example);

    expect(accounts.map(({ account }) => account)).toEqual(["nanogpt-main", "deepseek-main", "ollama-workstation"]);
    expect(warnings).toEqual([]);
  });

  it("offers every key of the file and of an account", () => {
    const keys = [...Object.keys(FILE.shape), ...Object.keys(ACCOUNT_SHAPE)];
    const missing = keys.filter((key) => !new RegExp(`\\b${key}:`).test(example));

    expect(missing).toEqual([]);
  });

  it.each(options)("loads with its option uncommented: $name", async ({ from, to }) => {
    const changed = uncommented(from, to);

    expect(changed).not.toBe(example);
    await expect(loadReal(changed)).resolves.toBeDefined();
  });

  it.each(["listen_address", "interval: 5m", "timeout", "reset_jitter", "path", "mode"])(
    "shows the default of %s",
    async (start) => {
      const option = options.find(({ name }) => name.startsWith(start));
      const changed = uncommented(option?.from ?? -1, option?.to ?? -1);

      expect(changed).not.toBe(example);
      const { written: _, ...config } = await loadReal(changed);
      const { written: __, ...before } = await loadReal(example);
      expect(JSON.stringify(config)).toBe(JSON.stringify(before));
    },
  );
});

describe("docs/configuration.md", () => {
  it("has a row for every key of every section", () => {
    const keys = Object.entries(FILE.shape).flatMap(([section, schema]) => {
      const inner = section === "engine" ? [] : keysOf(schema);
      return inner.length === 0 ? [section] : inner.map((key) => `${section}.${key}`);
    });

    expect(keys).toContain("poll.stale_after");
    expect(keys.filter((key) => !page.includes(`\n| \`${key}\` |`))).toEqual([]);
  });

  it("has a row for every key of an account and of a quota, and for every constant of the engine", () => {
    const keys = [...Object.keys(ACCOUNT_SHAPE), ...Object.keys(QUOTA.shape), ...Object.keys(ENGINE_CONSTANTS)];

    expect(keys.filter((key) => !page.includes(`\n| \`${key}\` |`))).toEqual([]);
  });
});

const documents = await refreshedDocuments();

describe("the generated parts of the documents", () => {
  it.each(documents)("are in $path what npm run generate writes", ({ written, refreshed }) => {
    expect(written).toBe(refreshed);
  });
});

describe("docs/providers", () => {
  const pages = new URL("../../docs/providers/", import.meta.url);

  it.each(PROVIDERS)("has a page for $id that tells its address, its variables and its keys", async (provider) => {
    const { id, baseUrl = "base_url", environment, settings } = provider;
    const text = await readFile(new URL(`${id}.md`, pages), "utf8");
    const facts = [id, baseUrl, ...(environment.apiKey ?? []), ...(environment.baseUrl ?? [])];

    expect(facts.filter((fact) => !text.includes(`\`${fact}\``))).toEqual([]);
    expect(Object.keys(settings.shape).filter((key) => !text.includes(`${key}:`))).toEqual([]);
  });

  it("has no page of a provider that is not there", async () => {
    const names = (await readdir(pages)).filter((name) => name !== "README.md");

    expect(names.toSorted()).toEqual(PROVIDERS.map(({ id }) => `${id}.md`).toSorted());
  });
});

function keysOf(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return keysOf(schema.unwrap());
  if (schema instanceof z.ZodPipe) return keysOf(schema.in);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
