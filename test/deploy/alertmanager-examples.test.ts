import { readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { expect, it } from "vitest";
import { renderAlertmanagerExamples } from "../../scripts/alertmanager-examples.ts";

const FOLDER = new URL("../../deploy/alertmanager/", import.meta.url);
const read = (file: string) => readFileSync(new URL(file, FOLDER), "utf8");
const examples = [...renderAlertmanagerExamples()].map(([file, text]) => ({ file, text }));

interface Route {
  readonly receiver?: string;
  readonly routes?: readonly Route[];
}

function named({ receiver, routes = [] }: Route): readonly string[] {
  return [...(receiver === undefined ? [] : [receiver]), ...routes.flatMap(named)];
}

it("there is a config for each kind of receiver, and no other", () => {
  const configs = readdirSync(FOLDER).filter((file) => file.endsWith(".yml"));

  expect(configs.toSorted()).toEqual(examples.map(({ file }) => file).toSorted());
});

it.each(examples)("$file stands in its folder as npm run generate writes it", ({ file, text }) => {
  expect(read(file)).toBe(text);
});

it.each(examples)("$file defines every receiver that its routes name, and no other", ({ text }) => {
  const config = load(text) as { route: Route; receivers: readonly { name: string }[] };

  expect(new Set(config.receivers.map(({ name }) => name))).toEqual(new Set(named(config.route)));
});

it.each(examples)("$file uses templates that llm-quota.tmpl defines", ({ text }) => {
  const defined = [...read("llm-quota.tmpl").matchAll(/define "([^"]+)"/g)].map(([, name]) => name);
  const used = [...text.matchAll(/template "([^"]+)"/g)].map(([, name]) => name);

  expect(used.filter((name) => !defined.includes(name))).toEqual([]);
});

it.each(examples)("$file is explained in README.md", ({ file }) => {
  expect(read("README.md")).toContain(`[${file}](${file})`);
});
