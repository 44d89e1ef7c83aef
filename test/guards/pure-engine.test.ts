import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const ENGINE = resolve(import.meta.dirname, "../../src/engine");

/** What would make the same readings end in another state at another time or place. */
const IMPURE: Readonly<Record<string, RegExp>> = {
  "a module of node": /from "node:|import\("node:/,
  "the clock": /\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(|\bperformance\b|\bhrtime\b/,
  chance: /\bMath\.random\b|\bcrypto\b/,
  "a timer": /\bset(?:Timeout|Interval|Immediate)\b/,
  "the process or the network": /\bprocess\b|\bfetch\(/,
  "the zone or the language of the machine":
    /\.to(?:Locale\w*|TimeString|DateString)\(|\.get(?:Hours|Day|Date|Month|FullYear|TimezoneOffset)\(/,
};

const impuritiesOf = (code: string) =>
  Object.entries(IMPURE).flatMap(([name, pattern]) => (pattern.test(code) ? [name] : []));

/** What stands in a comment or a text does nothing. */
const codeOf = (source: string) => source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

const files = readdirSync(ENGINE).filter((name) => name.endsWith(".ts"));

it("looks at the whole engine", () => {
  expect(files.length).toBeGreaterThan(20);
  expect(readdirSync(ENGINE)).toEqual(files);
});

it.each(files)("the engine asks neither clock nor chance nor the outside in %s", (name) => {
  expect(impuritiesOf(codeOf(readFileSync(join(ENGINE, name), "utf8")))).toEqual([]);
});

it.each([
  ["a module of node", 'import { readFileSync } from "node:fs";'],
  ["the clock", "const now = Date.now();"],
  ["the clock", "const now = new Date();"],
  ["the clock", "const now = Date();"],
  ["chance", "const coin = Math.random() < 0.5;"],
  ["a timer", "setTimeout(() => undefined, 1);"],
  ["the process or the network", 'const answer = await fetch("x");'],
  ["the zone or the language of the machine", "const hour = now.getHours();"],
])("%s is found where it is planted: %s", (name, line) => {
  expect(impuritiesOf(line)).toEqual([name]);
});

it("an instant that is given is no clock", () => {
  expect(impuritiesOf("const at = new Date(seconds * 1000); const hour = at.getUTCHours();")).toEqual([]);
});
