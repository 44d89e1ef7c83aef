// Writes what a new provider begins with: npm run new-provider -- ID
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const REGISTRY = "src/providers/registry.ts";

async function refusalOf(wanted: string): Promise<string | undefined> {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(wanted) || wanted.length > 40) {
    return "needs the id of a provider in lower snake case, such as acme_cloud: npm run new-provider -- acme_cloud";
  }
  const taken = [`src/providers/${wanted}`, ...Object.keys(filesOf(wanted))].find((path) =>
    existsSync(join(ROOT, path)),
  );
  return taken === undefined ? undefined : `the provider ${wanted} is there already: ${taken}`;
}

/** In names of files, but not of folders and pages. */
function fileNameOf(wanted: string): string {
  return wanted.replaceAll("_", "-");
}

/** The name of the adapter in the code. One that would be a word of the language gets an end. */
function nameOf(wanted: string): string {
  const name = wanted.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return RESERVED.has(name) ? `${name}Provider` : name;
}

/** Of the words of the language those that are no name of a variable. */
const RESERVED = new Set(
  [
    "await break case catch class const continue debugger default delete do else enum export extends false finally for",
    "function if implements import in instanceof interface let new null package private protected public return static",
    "super switch this throw true try typeof var void while with yield",
  ].flatMap((line) => line.split(" ")),
);

/** Adds the import and the entry where the alphabet wants them. */
function registered(wanted: string, source: string): string {
  const own = `import { ${nameOf(wanted)} } from "./${wanted}/${fileNameOf(wanted)}.ts";`;
  const lines = source.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const ids = new Map(
    [...imports, own].map((line) => {
      const { name = "", id = "" } = ADAPTER.exec(line)?.groups ?? {};
      return [name, id];
    }),
  );
  const listed = lines.filter((line) => /^ {2}\w+,$/.test(line)).map((line) => line.trim().slice(0, -1));
  const list = [...listed, nameOf(wanted)].toSorted((one, other) =>
    (ids.get(one) ?? "") < (ids.get(other) ?? "") ? -1 : 1,
  );
  const rest = lines.filter((line) => !imports.includes(line) && !/^ {2}\w+,$/.test(line));
  const start = rest.findIndex((line) => line.endsWith("= ["));
  rest.splice(start + 1, 0, ...list.map((name) => `  ${name},`));
  return [...[...imports, own].toSorted((one, other) => (pathIn(one) < pathIn(other) ? -1 : 1)), ...rest].join("\n");
}

const ADAPTER = /^import \{ (?<name>\w+) \} from "\.\/(?<id>\w+)\//;

function pathIn(line: string): string {
  return line.slice(line.indexOf('"'));
}

function filesOf(wanted: string): Readonly<Record<string, string>> {
  const file = fileNameOf(wanted);
  const name = nameOf(wanted);
  const today = new Date().toISOString().slice(0, 10);
  return {
    [`src/providers/${wanted}/schema.ts`]: schemaText(wanted, today),
    [`src/providers/${wanted}/${file}.ts`]: adapterText(wanted, name),
    [`test/providers/${wanted}/fixtures/limits.200.json`]: '{ "limits": {} }\n',
    [`test/providers/${wanted}/contract.ts`]: contractText(wanted),
    [`test/providers/${wanted}/${file}.test.ts`]: testText(wanted, name),
    [`docs/providers/${wanted}.md`]: pageText(wanted, today),
  };
}

function schemaText(wanted: string, today: string): string {
  return `import { z } from "zod";
import type { AccountReading } from "../../quota/reading.ts";

// FILL IN: the address of the documentation, read ${today}, and what surprised you in it.
export const Limits = z.object({ limits: z.object({}) });

export function toAccountReading(_limits: z.infer<typeof Limits>, _now: Date): AccountReading {
  throw new Error("FILL IN src/providers/${wanted}/schema.ts: the fields that are read, and the quotas they tell");
}
`;
}

function adapterText(wanted: string, name: string): string {
  return `import { defineProvider } from "../provider.ts";
import { Limits, toAccountReading } from "./schema.ts";

// FILL IN: what the account needs, the provider's address and the call that tells its quotas.
export const ${name} = defineProvider({
  id: "${wanted}",
  title: "${titleOf(wanted)}",
  baseUrl: "https://${fileNameOf(wanted)}.example",
  credential: "api_key",
  environment: { apiKey: ["${wanted.toUpperCase()}_API_KEY"] },
  floorSeconds: 60,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const { data } = await http.json({ url: \`\${baseUrl}/limits\`, schema: Limits, bearer: apiKey, signal });
    return toAccountReading(data, now);
  },
});
`;
}

function contractText(wanted: string): string {
  return `import type { ProviderContract } from "../../contract/contract.ts";
import limits from "./fixtures/limits.200.json" with { type: "json" };

// FILL IN: a key of the real form, the ids of the quotas, every call, and in \`needs\` each field that the adapter reads.
export const contract: ProviderContract = {
  apiKey: "planted-${fileNameOf(wanted)}-0123456789",
  quotas: [],
  calls: [{ method: "GET", path: "/limits", answer: limits, needs: ["limits"] }],
};
`;
}

function testText(wanted: string, name: string): string {
  const file = fileNameOf(wanted);
  return `import nock from "nock";
import { describe, expect, it } from "vitest";
import { ${name} } from "../../../src/providers/${wanted}/${file}.ts";
import { readAccount } from "../read-account.ts";
import limits from "./fixtures/limits.200.json" with { type: "json" };

const KEY = "invented";

describe("${wanted}", () => {
  it("reads a good answer", async () => {
    nock(${name}.baseUrl ?? "")
      .matchHeader("authorization", \`Bearer \${KEY}\`)
      .get("/limits")
      .reply(200, limits);

    expect(await readAccount(${name}, KEY)).toEqual({ metered: true, readings: [] });
  });

  it.each([
    "FILL IN test/providers/${wanted}/fixtures: answers of the real shape with invented values",
    "FILL IN test/providers/${wanted}/contract.ts: the calls, the fields that are read, the quotas",
    "FILL IN test/providers/${wanted}/${file}.test.ts: the readings of a good answer, and a test for each oddity",
    "FILL IN docs/providers/${wanted}.md: what a read costs and tells, and what no call tells",
  ])("%s", (what) => {
    expect.fail(what);
  });
});
`;
}

function titleOf(wanted: string): string {
  return wanted.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => ` ${letter.toUpperCase()}`).trim();
}

function pageText(wanted: string, today: string): string {
  return `# ${titleOf(wanted)}

Provider id \`${wanted}\`. Facts of ${today}, from FILL IN. Not tried against the live service.

\`\`\`yaml
accounts:
  - name: ${fileNameOf(wanted)}-main
    provider: ${wanted}
    api_key_env: ${wanted.toUpperCase()}_API_KEY
\`\`\`

| | |
|---|---|
| Reads | \`GET /limits\` FILL IN |
| Default \`base_url\` | \`https://${fileNameOf(wanted)}.example\` FILL IN |
| Credential | FILL IN: the least that works |
| Found by itself from | \`${wanted.toUpperCase()}_API_KEY\` |
| Cost of a read | FILL IN |
| Freshness | FILL IN |
| Poll floor | 1 min on \`${fileNameOf(wanted)}.example\` |

## Quotas

| \`quota\` | unit | kind | resets | enforcement |
|---|---|---|---|---|
| FILL IN | | | | |

Worth knowing:

- FILL IN

## What it cannot see

- FILL IN
`;
}

const id = process.argv[2] ?? "";
const refusal = await refusalOf(id);
if (refusal !== undefined) {
  console.error(refusal);
  process.exitCode = 2;
} else {
  const files = filesOf(id);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text, { flag: "wx" });
  }
  await writeFile(join(ROOT, REGISTRY), registered(id, await readFile(join(ROOT, REGISTRY), "utf8")));
  console.log([...Object.keys(files), REGISTRY].map((path) => `wrote ${path}`).join("\n"));
  console.log(`next: docs/adding-a-provider.md from step 1 on; the tests say what to FILL IN, and npm run generate comes last:
  npx vitest run --project unit test/providers/${id} test/contract -t ${id}`);
}
