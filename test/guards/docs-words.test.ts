import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { quotasTable } from "../../src/cli/quotas-table.ts";
import { fleetAccounts } from "../../src/demo/fleet-accounts.ts";
import { explain } from "../../src/engine/explain.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { FAILURE_REASONS } from "../../src/quota/failure.ts";
import { STATES } from "../../src/quota/state.ts";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import { pages, ROOT } from "../support/documents.ts";
import { aBalance, aQuota, aReading, aSnapshot, inSeconds, NOW } from "../support/snapshot.ts";

const textOf = (path: string): string => pages().find((page) => page.path === path)?.text ?? "";

/** The first cell of each row of the first table under a heading. */
function firstCells(path: string, heading: string): readonly string[] {
  const section = textOf(path).split(`\n${heading}\n`)[1]?.split(/\n#+ /)[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).map((row) => row.split("|")[1]?.trim() ?? "");
}

const inCode = (cells: readonly string[]) =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word));

describe("why a quota is unknown", () => {
  const unknown: Readonly<Record<string, Partial<QuotaSnapshot>>> = {
    "never told": { valid: false, lastGoodAt: undefined },
    "only degraded": { reading: aReading({ confidence: "degraded" }), valid: false, lastGoodAt: undefined },
    declared: { reading: aReading({ source: "declared" }), valid: false, lastGoodAt: undefined },
    "too old": { valid: false, lastGoodAt: inSeconds(-3600) },
    "an empty wallet": { reading: aBalance(0) },
    "just started": {},
  };
  const sentences = firstCells("docs/concepts.md", "## Why is this quota unknown?").map((cell) =>
    cell.replaceAll("*", ""),
  );

  it.each(Object.entries(unknown))("is told in the words of the program: %s", (_why, over) => {
    const said = explain(aQuota({ state: "unknown", ...over }), ENGINE_DEFAULTS, NOW).toLowerCase();
    const fitting = sentences.filter((sentence) =>
      sentence
        .toLowerCase()
        .split(" … ")
        .every((part) => said.includes(part.replace(/^was …, /, ""))),
    );

    expect(fitting).toHaveLength(1);
  });

  it("has a row for each reason and no other", () => {
    expect(sentences).toHaveLength(Object.keys(unknown).length);
  });
});

describe("the words in tables", () => {
  it("are all states, in the concepts and in the runbook", () => {
    expect(inCode(firstCells("docs/concepts.md", "## The four things"))).toEqual(expect.arrayContaining([...STATES]));
    expect(inCode(firstCells("docs/alerts.md", "## How it fits together"))).toEqual(
      expect.arrayContaining([...STATES]),
    );
  });

  it("are all reasons of a failed read", () => {
    const told = inCode(firstCells("docs/alerts.md", "### LLMQuotaAccountUnreadable"));

    expect(told.toSorted()).toEqual([...FAILURE_REASONS].toSorted());
  });
});

it("the picture of a terminal has the columns that the program has", () => {
  const picture = readFileSync(`${ROOT}docs/images/status.svg`, "utf8");
  const [heading = ""] = /<text.*<\/text>/.exec(picture) ?? [];
  const appearance = { columns: Infinity, paint: (text: string) => text, marks: (text: string) => text };
  const [line = ""] = quotasTable(quotasDocument(aSnapshot()), { now: NOW, sort: "urgency", appearance });

  expect(line).toContain("ACCOUNT");
  expect(heading.replaceAll(/<[^>]*>/g, "").split(/ {2,}/)).toEqual(line.split(/ {2,}/));
});

const NUMBERS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const inWords = (count: number) => NUMBERS[count] ?? String(count);

describe("the numbers in sentences", () => {
  const demo = fleetAccounts(() => NOW.getTime());
  const accounts = inWords(demo.length);
  const demoProviders = inWords(new Set(demo.map(({ provider }) => provider)).size);

  it.each([
    ["docs/faq.md", `There are ${PROVIDERS.length};`],
    ["README.md", `[all ${PROVIDERS.length}, what each takes`],
    ["README.md", `${accounts[0]?.toUpperCase()}${accounts.slice(1)} accounts at ${demoProviders} providers`],
    [
      "docs/quick-start.md",
      `${accounts[0]?.toUpperCase()}${accounts.slice(1)} simulated accounts at ${demoProviders} providers`,
    ],
  ])("of %s are those of the code", (path, sentence) => {
    expect(textOf(path)).toContain(sentence);
  });

  it("tell to keep every family that a history is learned from", () => {
    const asked =
      readFileSync(`${ROOT}src/store/prometheus-outcomes.ts`, "utf8") +
      readFileSync(`${ROOT}src/store/prometheus-history.ts`, "utf8");
    const families = new Set(asked.match(/\bllm_quota_(?!exporter)[a-z_]+[a-z]\b/g) ?? []);
    const kept = textOf("docs/cookbook.md");

    expect(families.size).toBeGreaterThan(4);
    expect([...families].filter((family) => !kept.includes(`\`${family}\``))).toEqual([]);
  });
});
