import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { families, renderFamilies } from "../../src/metrics/render.ts";
import { probe } from "../../src/server/on-demand.ts";
import { everyCorner, everyTraffic } from "../metrics/every-corner.ts";
import { parseExposition } from "../support/exposition.ts";
import { NOW } from "../support/snapshot.ts";

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  /** When it is not there. */
  readonly absent: string;
  readonly example: string;
}

type Exposed = Omit<Row, "absent" | "example">;

const page = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

/** The rows of the tables of a page that tell of a metric, in their order. */
function documented(markdown: string): Row[] {
  const tableRows = markdown.split("\n").filter((line) => line.startsWith("| `"));
  return tableRows.map((line) => {
    const [, name = "", type = "", labels = "", _meaning, absent = "", example = ""] = line
      .split("|")
      .map((cell) => cell.trim());
    return { name: codeIn(name).join(), type, labels: codeIn(labels), absent, example: codeIn(example).join() };
  });
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

/** What the registry of the exporter really prints, once everything in it was touched. */
async function exporterFamilies(): Promise<Exposed[]> {
  const metrics = createExporterMetrics({ version: "1", revision: "r", nodeVersion: "v24" });
  metrics.addProviders(["p"]);
  metrics.configLoaded(new Date(0));
  metrics.addPeer();
  metrics.addToken();
  metrics.proxy().addAccounts(["a"]);
  metrics.sessions().addAccounts(["a"]);
  metrics.historySeeded("prometheus", true);
  metrics.alertmanager("alertmanager:9093", 10).clockAhead(0);
  return familiesIn(await metrics.render(), /^llm_quota_/);
}

/** What `/probe` answers beside the families of its account. */
async function probeFamilies(): Promise<Exposed[]> {
  const reads = { readNow: async () => ({ how: "held", outcome: undefined }) as const, log: () => undefined };
  const nothing = { at: new Date(0), accounts: [] };
  return familiesIn(
    await probe({ reads, snapshot: () => nothing, now: () => nothing.at }, "main", 1),
    /^(?!llm_quota_)/,
  );
}

function familiesIn(text: string, wanted: RegExp): Exposed[] {
  const typed = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].filter(([, name = ""]) => wanted.test(name));
  return typed.map(([, name = "", type = ""]) => {
    const sample = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, "m").exec(text);
    const labels = [...(sample?.[1] ?? "").matchAll(/(\w+)="/g)].map((match) => match[1] ?? "");
    return { name, type, labels };
  });
}

const sorted = <T extends { readonly name: string }>(rows: readonly T[]) =>
  rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));

test("docs/metrics.md has one row for every family, with its type and labels, and none for anything else", async () => {
  const inCode = [
    ...families.map(({ name, type, labels }) => ({ name, type, labels })),
    ...(await exporterFamilies()),
    ...(await probeFamilies()),
  ];
  expect(sorted(documented(page).map(({ absent: _absent, example: _example, ...row }) => row))).toEqual(sorted(inCode));
});

test("an example asks for the family of its row", () => {
  const strangers = documented(page).filter(({ name, example }) => example !== "" && !example.includes(name));
  expect(strangers).toEqual([]);
});

describe("when a family is absent", () => {
  const told = documented(page).filter(({ name }) => families.some((family) => family.name === name));
  const { accounts } = everyCorner;
  const quotas = accounts.flatMap((account) => account.quotas);
  const samples = parseExposition(renderFamilies(everyCorner, NOW, { observed: everyTraffic }));

  /** How many quotas, or accounts for a family of theirs, have it, and how many there are. */
  function spread(name: string): { readonly have: number; readonly all: number } {
    const own = samples.filter((sample) => sample.name === name);
    const isOfQuotas = families.some((family) => family.name === name && family.quota !== undefined);
    const subjects = own.map(({ labels }) => [labels["account"], isOfQuotas ? labels["quota"] : ""].join("/"));
    return { have: new Set(subjects).size, all: isOfQuotas ? quotas.length : accounts.length };
  }

  it("stands in its row", () => {
    expect(documented(page).filter(({ absent }) => !absent.endsWith("."))).toEqual([]);
  });

  it.each(told.filter(({ absent }) => absent === "Never."))("$name is told of every account or quota", ({ name }) => {
    const { have, all } = spread(name);

    expect(have).toBe(all);
  });

  it.each(told.filter(({ absent }) => absent === "The quota is gone."))(
    "$name is told of all but the gone",
    ({ name }) => {
      expect(spread(name).have).toBe(quotas.filter(({ gone }) => !gone).length);
    },
  );

  it.each(told.filter(({ absent }) => !/^(Never|The quota is gone)\.$/.test(absent)))(
    "$name is not always told",
    ({ name }) => {
      const { have, all } = spread(name);

      expect(have).toBeGreaterThan(0);
      expect(have).toBeLessThan(all);
    },
  );
});

describe("this check", () => {
  it("reads type, labels and example of a row", () => {
    expect(
      documented("| `a_b` | gauge | `x`, `y` | Meaning. | Never. | `a_b > 1` |\n| `c` | counter | | M. | | |\n"),
    ).toEqual([
      { name: "a_b", type: "gauge", labels: ["x", "y"], absent: "Never.", example: "a_b > 1" },
      { name: "c", type: "counter", labels: [], absent: "", example: "" },
    ]);
  });

  it("sees the families of every kind", async () => {
    expect(families.length).toBeGreaterThan(30);
    expect(await exporterFamilies()).toContainEqual({
      name: "llm_quota_poll_duration_seconds",
      type: "histogram",
      labels: ["provider"],
    });
    expect((await probeFamilies()).map(({ name }) => name)).toEqual(["probe_success", "probe_duration_seconds"]);
  });
});

describe("every family of quotas and accounts", () => {
  it.each(families.map((family) => [family.name, family] as const))("%s keeps to the naming rules", (name, family) => {
    expect(name).toMatch(/^llm_quota_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(family.type === "counter");
    expect(family.help).toMatch(/^[^\\\n]+\.$/);
    // Target labels of Prometheus, which it would rename to exported_*.
    const clashing = /^(job|instance|type|region|zone|cluster|env|environment|service|owner|stage|customer)$/;
    expect(family.labels.filter((label) => clashing.test(label))).toEqual([]);
    expect(family.account ?? family.quota ?? family.observed).toBeTypeOf("function");
  });
});
