import { z } from "zod";
import type { CredentialKind, Provider } from "../providers/provider.ts";
import { ACCOUNT_SHAPE, FILE } from "./schema.ts";

type Json = z.core.JSONSchema.BaseSchema;

/** The config as JSON Schema, for editors. It sees what stands in the file, not what that means beside the world. */
export function configJsonSchema(providers: readonly Provider[]): Json {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Config of llm-quota-exporter",
    ...published(annotatedSchema(providers)),
  };
}

/** The same with `absent`, words for what holds without a key where no value of its own does: tables have a column for that. */
export function annotatedSchema(providers: readonly Provider[]): Json {
  const { $schema: _, properties = {}, ...file } = toJson(FILE);
  return {
    ...file,
    required: ["accounts"],
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, schema]) => [
        key,
        key === "accounts" ? { ...asObject(schema), minItems: 1, items: accountSchema(providers) } : orNull(schema),
      ]),
    ),
  };
}

function accountSchema(providers: readonly Provider[]): Json {
  const { properties = {}, required = [] } = toJson(z.strictObject(ACCOUNT_SHAPE));
  const { provider, labels, quotas } = properties;
  return {
    type: "object",
    required,
    properties: {
      ...properties,
      provider: { ...asObject(provider), enum: providers.map(({ id }) => id) },
      labels: orNull({ ...recordOf(labels), ...LABELS }),
      quotas: orNull(recordOf(quotas)),
    },
    allOf: providers.map((entry) => ({
      if: { properties: { provider: { const: entry.id } }, required: ["provider"] },
      // biome-ignore lint/suspicious/noThenProperty: this is the keyword of JSON Schema, and nothing awaits it
      then: ofProvider(entry, Object.keys(properties)),
    })),
  };
}

const LABELS: Json = {
  propertyNames: { pattern: "^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$" },
  additionalProperties: { type: "string", maxLength: 128 },
};

const KEYS_OF_CREDENTIALS = ["api_key_env", "api_key_file", "credentials_file"];
const EITHER_KEY = [{ required: ["api_key_env"] }, { required: ["api_key_file"] }];

const CREDENTIALS = {
  api_key: { keys: ["api_key_env", "api_key_file"], rule: { oneOf: EITHER_KEY } },
  optional_api_key: { keys: ["api_key_env", "api_key_file"], rule: { not: { allOf: EITHER_KEY } } },
  none: { keys: [], rule: {} },
  credentials_file: { keys: ["credentials_file"], rule: { required: ["credentials_file"] } },
} as const satisfies Record<CredentialKind, { keys: readonly string[]; rule: Readonly<Json> }>;

/** Which keys an account of this provider may have, and which it must. */
function ofProvider({ id, settings, credential, baseUrl }: Provider, common: readonly string[]): Json {
  const { keys, rule }: { keys: readonly string[]; rule: Readonly<Json> } = CREDENTIALS[credential];
  const own = toJson(settings);
  const properties = Object.entries(own.properties ?? {}).map(([key, schema]) => [
    key,
    { description: `see docs/providers/${id}.md`, ...asObject(schema) },
  ]);
  const shared = common.filter((key) => !KEYS_OF_CREDENTIALS.includes(key) || keys.includes(key));
  const required = [...(rule.required ?? []), ...(own.required ?? []), ...(baseUrl === undefined ? ["base_url"] : [])];
  return {
    ...rule,
    required: [...new Set(required)],
    properties: { ...Object.fromEntries(properties), ...Object.fromEntries(shared.map((key) => [key, true])) },
    additionalProperties: false,
  };
}

function toJson(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // What an editor would say of a section is `{}`.
      if (JSON.stringify(jsonSchema.default) === "{}") delete jsonSchema.default;
    },
  });
}

/** A key of which every line below is a comment has no value, and means the same as none. */
function orNull(schema: unknown): Json {
  // The type that zod gives a schema knows no list of types, JSON Schema does.
  return { ...asObject(schema), type: ["object", "null"] as never };
}

/** Of a record that may be null, the record. */
function recordOf(schema: unknown): Json {
  const { anyOf: [record] = [], ...more } = asObject(schema);
  return { ...more, ...asObject(record) };
}

function asObject(schema: unknown): Json {
  return typeof schema === "object" && schema !== null ? { ...schema } : {};
}

/** Puts the words of `absent` at the end of the description, as no keyword of JSON Schema holds them. */
function published(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) => {
    if (typeof value !== "object" || value === null || !("absent" in value)) return value;
    const { absent, description, ...rest } = value as Json;
    return { description: `${description}. Default: ${absent}`, ...rest };
  });
}
