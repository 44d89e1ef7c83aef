import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load as parseYaml } from "js-yaml";
import { beforeAll, describe, expect, it } from "vitest";
import { annotatedSchema } from "../../src/config/json-schema.ts";
import { ENGINE_CONSTANTS } from "../../src/engine/settings.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { ACCOUNT_DOCUMENT, POLLS_DOCUMENT } from "../../src/server/schemas/account.ts";
import { OBSERVATION, OBSERVATIONS_DOCUMENT } from "../../src/server/schemas/observations.ts";
import { NOT_FOUND, PROBLEM } from "../../src/server/schemas/problem.ts";
import { QUOTAS_DOCUMENT } from "../../src/server/schemas/quotas.ts";
import { ROUTE_DOCUMENT } from "../../src/server/schemas/route.ts";
import { configDirectory, loadAt } from "../config/config-directory.ts";
import { makeCertificates } from "../support/certificates.ts";
import { blocks, ROOT } from "../support/documents.ts";

const isValid = new Ajv2020().compile(JSON.parse(await readFile(`${ROOT}config.schema.json`, "utf8")));
/** What the pages show commented out costs something, and has to load as well. */
const examples = blocks("yaml").flatMap(({ at, text }) => {
  const whole = text.replaceAll(/^( *)# (?=\w+: )/gm, "$1");
  return [{ at, text }, ...(whole === text ? [] : [{ at: `${at}, with its options`, text: whole }])];
});

let secrets: Readonly<Record<string, string>>;

beforeAll(async () => {
  const { ca, client } = await makeCertificates();
  secrets = { "ca.pem": ca.cert, "client.pem": client.cert, "client.key": client.key };
}, 60_000);

/** Loads with the real providers. Every file and every variable that the text names holds something that fits. */
async function loadExample(text: string) {
  const { directory, path } = await configDirectory(text.replaceAll(/(_file: *)\/\S*\//g, "$1secrets/"));
  await mkdir(join(directory, "secrets"));
  for (const [, name = ""] of text.matchAll(/_file: *\/\S*\/([\w.-]+)/g)) {
    await writeFile(join(directory, "secrets", name), secrets[name] ?? "planted-0123456789", { mode: 0o600 });
  }
  const variables = [...text.matchAll(/(?:api_key|token)_env: *(\w+)/g)].map(([, name = ""]) => name);
  return loadAt(path, {
    env: Object.fromEntries(variables.map((name) => [name, "planted-0123456789"])),
    providers: PROVIDERS,
  });
}

describe("the configs in the documents", () => {
  it("are found", () => {
    expect(examples.length).toBeGreaterThan(30);
  });

  it.each(examples)("load: $at", async ({ text }) => {
    const { accounts } = await loadExample(text);

    expect(accounts.length).toBeGreaterThan(0);
  });

  it.each(examples)("please an editor: $at", ({ text }) => {
    expect(isValid(parseYaml(text)), JSON.stringify(isValid.errors)).toBe(true);
  });

  it("show every key that there is", () => {
    const shown = new Set(examples.flatMap(({ text }) => pathsIn(parseYaml(text), "")));
    const missing = keysOf(annotatedSchema(PROVIDERS), "").filter((key) => !shown.has(key));

    expect(keysOf(annotatedSchema(PROVIDERS), "")).toContain("accounts.quotas.*.period");
    expect(missing.filter((key) => !key.startsWith("engine."))).toEqual([]);
  });

  it("give every constant of the engine with the default that it has", async () => {
    const page = await readFile(`${ROOT}docs/configuration.md`, "utf8");
    const table = page.slice(page.indexOf("<!-- generated: engine -->"));
    const rows = [...table.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm)];
    const account = "accounts: [{ name: a, provider: ollama }]";
    const text = ["engine:", ...rows.map(([, key, value]) => `  ${key}: ${value}`), account].join("\n");

    expect(rows.map(([, key]) => key)).toEqual(Object.keys(ENGINE_CONSTANTS));
    expect((await loadExample(text)).engine).toEqual((await loadExample(account)).engine);
  });
});

const DOCUMENTS = [
  ...[NOT_FOUND, PROBLEM, QUOTAS_DOCUMENT, ACCOUNT_DOCUMENT, POLLS_DOCUMENT, ROUTE_DOCUMENT],
  ...[OBSERVATION, OBSERVATIONS_DOCUMENT],
];

it.each([
  { at: "this one", text: '{ "error": "nothing here" }' },
  ...blocks("json").filter(({ at }) => !at.startsWith("docs/providers/")),
])("JSON in the documents is what the server answers or takes: $at", ({ text }) => {
  const value: unknown = JSON.parse(text);

  expect(DOCUMENTS.filter((schema) => schema.safeParse(value).success).length).toBeGreaterThan(0);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly not?: unknown;
  readonly type?: unknown;
}

/** Every key that may be set; one that is always refused is `not` anything. */
function keysOf(schema: unknown, prefix: string): readonly string[] {
  const { properties = {}, items, additionalProperties } = schema as Schema;
  const own = Object.entries(properties).flatMap(([key, inner]) => {
    const isRefused = inner.not !== undefined && inner.type === undefined;
    return isRefused ? [] : [`${prefix}${key}`, ...keysOf(inner, `${prefix}${key}.`)];
  });
  const listed = items === undefined ? [] : keysOf(items, prefix);
  return [
    ...own,
    ...listed,
    ...(typeof additionalProperties === "object" ? keysOf(additionalProperties, `${prefix}*.`) : []),
  ];
}

/** Every key that is set; those of quotas have the id of the quota in between. */
function pathsIn(value: unknown, prefix: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsIn(item, prefix));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = prefix === "accounts.quotas." ? "*" : key;
    return [`${prefix}${name}`, ...pathsIn(inner, `${prefix}${name}.`)];
  });
}
