// Refreshes the generated tables of the documents: node scripts/generate-docs.ts
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { z } from "zod";
import { annotatedSchema } from "../src/config/json-schema.ts";
import { PRESETS } from "../src/providers/presets.ts";
import type { CredentialKind, Provider } from "../src/providers/provider.ts";
import { PROVIDERS } from "../src/providers/registry.ts";
import { formatDuration } from "../src/quota/duration.ts";

type Json = z.core.JSONSchema.BaseSchema;
type Row = readonly string[];

const ROOT = new URL("../", import.meta.url);

/** Every document with generated parts, as it should be. Takes what stands there now, for the prose around those parts. */
const DOCUMENTS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  "docs/configuration.md": { sections, account, quota, alertmanagers, prometheus, engine },
  "docs/providers/README.md": { providers: () => providersTable(PROVIDERS) },
  "docs/providers/http_json.md": { presets: () => presetLinks(PRESETS) },
  "docs/cost.md": { cost: () => costTable(PROVIDERS) },
};

export async function refreshedDocuments(): Promise<readonly { path: string; written: string; refreshed: string }[]> {
  return Promise.all(
    Object.entries(DOCUMENTS).map(async ([path, tables]) => {
      const written = await readFile(new URL(path, ROOT), "utf8");
      return { path, written, refreshed: refresh(written, tables) };
    }),
  );
}

function refresh(page: string, tables: Readonly<Record<string, () => string>>): string {
  return Object.entries(tables).reduce((text, [name, render]) => {
    const start = `<!-- generated: ${name} -->\n`;
    const end = "<!-- end of generated -->\n";
    const from = text.indexOf(start) + start.length;
    const to = text.indexOf(end, from);
    if (from < start.length || to === -1) throw new Error(`the marks of the generated part "${name}" are missing`);
    return `${text.slice(0, from)}\n${render()}\n${text.slice(to)}`;
  }, page);
}

function sections(): string {
  const file = propertiesOf(annotatedSchema(PROVIDERS));
  const rows = Object.entries(file).flatMap(([section, schema]): readonly Row[] => {
    const keys = Object.entries(propertiesOf(schema));
    // The constants have a table of their own.
    if (section === "engine") return [["`engine`", "", `${schema.description}, [below](#engine)`]];
    if (keys.length === 0) return [rowOf(section, schema, [section])];
    return keys.map(([key, inner]) => rowOf(`${section}.${key}`, inner));
  });
  return table(["key", "default", "meaning"], rows);
}

function account(): string {
  const { properties, required } = accountOf(annotatedSchema(PROVIDERS));
  return table(
    ["key", "default", "meaning"],
    Object.entries(properties).map(([key, schema]) => rowOf(key, schema, required)),
  );
}

/** What the keys of a quota take, where that is no list of words. */
const QUOTA_VALUES: Readonly<Record<string, string>> = {
  period: "a duration, `day`, `week`, `month`",
  limit: "a number above 0",
  zone: "a time zone",
  sliding: "`true`, `false`",
  expires_at: "a date or a time",
  weights: "a number above 0 by model",
  models: "a list of models",
};

function quota(): string {
  const { quotas } = accountOf(annotatedSchema(PROVIDERS)).properties;
  const rows = Object.entries(propertiesOf(quotas?.additionalProperties)).map(([key, schema]) => [
    `\`${key}\``,
    schema.enum?.map((value) => `\`${value}\``).join(", ") ?? QUOTA_VALUES[key] ?? "",
    schema.description ?? "",
  ]);
  return table(["key", "values", "meaning"], rows);
}

/** Keys of a block of `alerting.alertmanagers`; what is always refused is told in the text. */
function alertmanagers(): string {
  const { alertmanagers: list } = propertiesOf(propertiesOf(annotatedSchema(PROVIDERS))["alerting"]);
  return blockTable(list?.items as Json);
}

/** Keys of `state.prometheus`. */
function prometheus(): string {
  const { prometheus: block } = propertiesOf(propertiesOf(annotatedSchema(PROVIDERS))["state"]);
  return blockTable(block ?? {});
}

function blockTable(block: Json): string {
  const rowsOf = (schema: Json, prefix: string): readonly Row[] =>
    Object.entries(propertiesOf(schema)).flatMap(([key, inner]) => {
      if (inner.not !== undefined) return [];
      const name = `${prefix}${key}`;
      const isSection = Object.keys(propertiesOf(inner)).length > 0;
      const isRequired = (schema.required ?? []).includes(key);
      return isSection ? rowsOf(inner, `${name}.`) : [rowOf(name, inner, isRequired ? [name] : [])];
    });
  return table(["key", "default", "meaning"], rowsOf(block, ""));
}

function engine(): string {
  const constants = propertiesOf(propertiesOf(annotatedSchema(PROVIDERS))["engine"]);
  return table(
    ["key", "default", "meaning"],
    Object.entries(constants).map(([key, schema]) => rowOf(key, schema)),
  );
}

const CREDENTIALS: Readonly<Record<CredentialKind, string>> = {
  api_key: "API key",
  optional_api_key: "API key, if the server asks for one",
  none: "none",
  credentials_file: "login file of another tool",
};

export function providersTable(providers: readonly Provider[]): string {
  const names = (list: readonly string[] | undefined) => (list ?? []).map((name) => `\`${name}\``).join(", ");
  const rows = providers.map((provider) => [
    `[${provider.title}](${provider.id}.md)`,
    `\`${provider.id}\``,
    provider.baseUrl === undefined ? "none: `base_url` is required" : `\`${provider.baseUrl}\``,
    CREDENTIALS[provider.credential],
    names([...(provider.environment.apiKey ?? []), ...(provider.environment.baseUrl ?? [])]) +
      (provider.discoverAtDefault === true ? ", or a server at the default address" : ""),
    formatDuration(provider.floorSeconds),
    names(Object.keys(provider.settings.shape).filter((key) => key !== "credentials_file")),
  ]);
  const head = ["provider", "id", "default `base_url`", "credential", "found by itself from", "poll floor", "own keys"];
  return table(head, rows);
}

function presetLinks(providers: readonly Provider[]): string {
  const links = providers.map(({ id, title }) => `[${title}](${id}.md)`);
  return `${links.join(", ")}.`;
}

/** The default of `poll.interval`. Where an account sets none, a higher floor is its interval. */
const USUAL_INTERVAL = 300;

/** What an account costs its provider: how often it is read, by the registry, and what a read is, by its page. */
export function costTable(providers: readonly Provider[]): string {
  const anHour = (seconds: number) => String(Math.round(3600 / seconds));
  const rows = providers.map(({ id, title, floorSeconds }) => [
    `[${title}](providers/${id}.md)`,
    anHour(Math.max(USUAL_INTERVAL, floorSeconds)),
    anHour(floorSeconds),
    factOf(id, "Reads"),
    factOf(id, "Cost of a read"),
  ]);
  return table(["provider", "reads an hour", "at most", "calls of a read", "tokens and money of a read"], rows);
}

/** A line of the table on top of a provider's page. */
function factOf(id: string, name: string): string {
  const page = readFileSync(new URL(`docs/providers/${id}.md`, ROOT), "utf8");
  const fact = new RegExp(`^\\| ${name} \\| (.*) \\|$`, "m").exec(page)?.[1];
  if (fact === undefined) throw new Error(`docs/providers/${id}.md does not say: ${name}`);
  return fact;
}

function rowOf(key: string, schema: Json, required: readonly string[] = []): Row {
  const preset = schema.default === undefined ? String(schema["absent"] ?? "") : `\`${schema.default}\``;
  return [`\`${key}\``, required.includes(key) ? "required" : preset, schema.description ?? ""];
}

/** Cells without padding: a longer word in one row changes no other. */
function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|\n`;
  return [line(head), `|${"---|".repeat(head.length)}\n`, ...rows.map(line)].join("");
}

function accountOf(file: Json) {
  const { items } = propertiesOf(file)["accounts"] ?? {};
  return { properties: propertiesOf(items), required: (items as Json).required ?? [] };
}

function propertiesOf(schema: unknown): Readonly<Record<string, Json>> {
  return (((schema ?? {}) as Json).properties ?? {}) as Readonly<Record<string, Json>>;
}

if (import.meta.main) {
  for (const { path, refreshed } of await refreshedDocuments()) await writeFile(new URL(path, ROOT), refreshed);
}
