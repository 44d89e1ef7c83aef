import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stateFinding } from "../../src/cli/doctor-state.ts";
import { openDatabase, VERSION } from "../../src/store/open-database.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "llm-quota-test-doctor-"));
  path = join(folder, "state.db");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const ours = () => openDatabase(path, new Date(0)).database.close();

describe("the state path", () => {
  it.each([
    { what: "a database of ours", prepare: ours, verdict: "ok", finding: / is good, [\d,]+ MiB free$/ },
    { what: "nothing yet", prepare: () => undefined, verdict: "ok", finding: / will be made at the first start, / },
    { what: "an empty file", prepare: () => writeFile(path, ""), verdict: "ok", finding: / is good, / },
    { what: "a folder", prepare: () => mkdir(path), verdict: "fail", finding: / is not a file$/ },
    {
      what: "a text",
      prepare: () => writeFile(path, "hello"),
      verdict: "fail",
      finding: / belongs to another program$/,
    },
    {
      what: "a database of somebody else",
      prepare: () => {
        const database = new DatabaseSync(path);
        database.exec("CREATE TABLE theirs (a)");
        database.close();
      },
      verdict: "fail",
      finding: / belongs to another program$/,
    },
    {
      what: "a database of a newer version",
      prepare: () => {
        ours();
        const database = new DatabaseSync(path);
        database.exec(`PRAGMA user_version = ${VERSION + 1}`);
        database.close();
      },
      verdict: "fail",
      finding: new RegExp(` is of version ${VERSION + 1} and this program knows ${VERSION}$`),
    },
  ])("with $what is $verdict, and stays as it is", async ({ prepare, verdict, finding }) => {
    await prepare();
    const before = await contents();

    expect(await stateFinding(path)).toMatchObject({ verdict, finding: expect.stringMatching(finding) });
    expect(await contents()).toEqual(before);
  });

  it("may lie in folders that will be made", async () => {
    const deep = join(folder, "a", "b", "state.db");

    expect(await stateFinding(deep)).toMatchObject({ verdict: "ok" });
    expect(await contents()).toEqual([]);
  });

  it("is bad below a file", async () => {
    await writeFile(path, "");

    expect(await stateFinding(join(path, "state.db"))).toMatchObject({ verdict: "fail" });
  });
});

async function contents() {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  return Promise.all(files.map(async ({ name }) => [name, await readFile(join(folder, name), "latin1")]));
}
