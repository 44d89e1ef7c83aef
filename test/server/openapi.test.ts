import { readdir, readFile } from "node:fs/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { openApiDocument, openApiText } from "../../scripts/openapi-document.ts";
import { pathsOf } from "../../src/server/paths.ts";
import { createServer } from "../../src/server/server.ts";
import { NOW } from "../support/snapshot.ts";

const ROOT = new URL("../../", import.meta.url);
const text = openApiText();

interface Content {
  readonly schema: object;
  readonly example?: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Content>> }>>;
}
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
}
const document = JSON.parse(text) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

it("stands in docs/openapi.json as npm run generate writes it", async () => {
  expect(await readFile(new URL("docs/openapi.json", ROOT), "utf8")).toBe(text);
});

it("is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  const found = await validator.validate(JSON.parse(JSON.stringify(openApiDocument())));

  expect(found).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});

it("has every path that the server answers, and no other", () => {
  const app = createServer({
    snapshot: () => ({ at: NOW, accounts: [] }),
    metricsPage: { render: () => Promise.resolve(Buffer.from("")) },
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "",
    reload: undefined,
    now: () => NOW,
    onError: () => undefined,
  });
  // Pages for people promise nothing to programs.
  const forPeople = ["/", "/accounts/{name}"];

  expect(Object.keys(document.paths).toSorted()).toEqual(
    pathsOf(app)
      .filter((path) => !forPeople.includes(path))
      .toSorted(),
  );
});

it("names every parameter of a path", () => {
  for (const { path, operation } of operations) {
    const named = (operation.parameters ?? []).filter((parameter) => parameter.in === "path").map(({ name }) => name);
    expect([path, named]).toEqual([path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)]);
  }
});

it("tells each schema and each parameter in words", () => {
  const silent = Object.entries(document.components.schemas).filter(([, schema]) => schema.description === undefined);
  expect(silent.map(([name]) => name)).toEqual([]);
  const parameters = operations.flatMap(({ path, operation }) =>
    (operation.parameters ?? []).map(({ name, description }) => [path, name, description] as const),
  );
  expect(parameters.filter(([, , description]) => description === undefined)).toEqual([]);
});

describe("an example", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, "openapi.json");
  const examples = operations.flatMap(({ path, method, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.entries(content).flatMap(([type, { schema, example }]) =>
        example === undefined ? [] : [{ name: `${method} ${path} ${status} ${type}`, schema, example }],
      ),
    ),
  );

  it.each(examples)("of $name follows its schema", ({ schema, example }) => {
    const pointer = "$ref" in schema ? { $ref: `openapi.json${schema.$ref}` } : schema;
    const validate = ajv.compile(pointer);
    expect([validate(example), validate.errors]).toEqual([true, null]);
  });

  it("is there for every document", () => {
    const answered = operations.filter(({ operation }) => {
      const content = operation.responses["200"]?.content["application/json"];
      return content !== undefined && content.example === undefined;
    });
    expect(answered.map(({ path }) => path)).toEqual([]);
  });
});

it("is told in docs/http-api.md, each path and the events as they go over the wire", async () => {
  const page = await readFile(new URL("docs/http-api.md", ROOT), "utf8");
  const table = page.split("\n").filter((line) => line.startsWith("| `GET") || line.startsWith("| `POST"));
  const told = table.flatMap((line) =>
    [...line.matchAll(/`(?:GET|POST) ([^`?]+)[^`]*`/g)].map(([, path = ""]) => path),
  );
  const stream = document.paths["/api/v1/events"]?.["get"]?.responses["200"]?.content["text/event-stream"]?.example;
  const [sample = ""] = /(?<=```text\n)retry[^`]*/.exec(page) ?? [];

  expect(told.map((path) => path.replace("NAME", "{name}")).toSorted()).toEqual(Object.keys(document.paths).toSorted());
  expect(sample).not.toBe("");
  expect(String(stream).startsWith(sample)).toBe(true);
});

it("costs the start nothing: whoever answers takes only types from the schemas", async () => {
  const files = (await readdir(new URL("src/", ROOT), { recursive: true })).filter(
    (name) => name.endsWith(".ts") && !name.startsWith("server/schemas/"),
  );
  const loading = await Promise.all(
    files.map(async (name) => {
      const source = await readFile(new URL(`src/${name}`, ROOT), "utf8");
      const imports = source.match(/^import [^;]*? from "[^"]*\/schemas\/[^"]*";$/gm) ?? [];
      return imports.filter((line) => !line.startsWith("import type ")).map((line) => `${name}: ${line}`);
    }),
  );
  expect(files.length).toBeGreaterThan(200);
  expect(loading.flat()).toEqual([]);
});
