import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { openStore } from "../../src/store/open-store.ts";
import { createSqliteStore } from "../../src/store/sqlite-store.ts";
import type { CountStore, Store } from "../../src/store/store.ts";

const MAIN = { provider: "acme", account: "main" };
const OTHER = { provider: "acme", account: "other" };
const NOW = new Date("2026-11-22T12:00:00.000Z");
const MINUTE = NOW.getTime() / 60_000;
const ONE = { requests: 1, inputTokens: 100, outputTokens: 20 };

let folder: string;
let path: string;
const open = (): Store => openStore({ state: { path }, now: () => NOW, onWrite: () => undefined }).store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "counts-"));
  path = join(folder, "state.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rowsOf = (store: CountStore, since = 0, key = MAIN) => {
  const rows: unknown[] = [];
  store.eachCount(key, since, (minute, model, { requests, inputTokens, outputTokens }) =>
    rows.push([minute - MINUTE, model, requests, inputTokens, outputTokens]),
  );
  return rows.toSorted();
};

describe.each<[string, () => Store]>([
  ["in memory", createMemoryStore],
  ["in a database", open],
])("counts %s", (_where, begin) => {
  it("are added up by account, minute and model", async () => {
    const store = begin();
    for (const model of ["big", "big", "small"]) store.count(MAIN, MINUTE, model, ONE);
    store.flush();
    store.count(MAIN, MINUTE, "big", ONE);
    store.count(MAIN, MINUTE + 1, "big", ONE);
    store.count(OTHER, MINUTE, "", ONE);

    expect(rowsOf(store)).toEqual([
      [0, "big", 3, 300, 60],
      [0, "small", 1, 100, 20],
      [1, "big", 1, 100, 20],
    ]);
    expect(rowsOf(store, MINUTE + 1)).toEqual([[1, "big", 1, 100, 20]]);
    expect(rowsOf(store, 0, OTHER)).toEqual([[0, "", 1, 100, 20]]);
    await store.close();
  });

  it("are forgotten for one account before a minute", async () => {
    const store = begin();
    for (const key of [MAIN, OTHER]) for (const minute of [-1, 0]) store.count(key, MINUTE + minute, "big", ONE);
    store.forgetCounts(MAIN, MINUTE);

    expect(rowsOf(store)).toEqual([[0, "big", 1, 100, 20]]);
    expect(rowsOf(store, 0, OTHER)).toHaveLength(2);
    await store.close();
  });

  it("have beside them what was kept last of each declared quota", async () => {
    const store = begin();
    store.keepDeclared(MAIN, "plan", "one");
    store.keepDeclared(MAIN, "week", "two");
    store.keepDeclared(MAIN, "plan", "three");

    expect([...store.declared(MAIN)].toSorted()).toEqual([
      ["plan", "three"],
      ["week", "two"],
    ]);
    expect(store.declared(OTHER).size).toBe(0);
    await store.close();
  });
});

describe("counts in a database", () => {
  it("outlive the process", async () => {
    const first = open();
    first.count(MAIN, MINUTE, "big", ONE);
    first.keepDeclared(MAIN, "plan", "text");
    await first.close();
    const second = open();
    second.count(MAIN, MINUTE, "big", ONE);

    expect(rowsOf(second)).toEqual([[0, "big", 2, 200, 40]]);
    expect(second.declared(MAIN).get("plan")).toBe("text");
    await second.close();
  });

  it("that cannot be written are written later, and once", async () => {
    const { database } = openDatabase(path, NOW);
    const problems: (Error | undefined)[] = [];
    const store = createSqliteStore({ database, now: () => NOW, onWrite: (problem) => problems.push(problem) });
    database.exec("CREATE TRIGGER full BEFORE INSERT ON declared BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    store.count(MAIN, MINUTE, "big", ONE);
    store.keepDeclared(MAIN, "plan", "text");
    store.flush();
    store.flush();
    database.exec("DROP TRIGGER full");
    store.count(MAIN, MINUTE, "big", ONE);
    store.flush();

    expect(problems.map((problem) => problem?.message)).toEqual(["disk full", "disk full", undefined]);
    expect(rowsOf(store)).toEqual([[0, "big", 2, 200, 40]]);
    await store.close();
  });

  it("come to a database of the version before them, which keeps what it has", async () => {
    const before = open();
    before.keepAlert("alert", "text");
    await before.close();
    const database = new DatabaseSync(path);
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables)
      if (!["account", "outcome", "alert", "sqlite_sequence"].includes(String(name)))
        database.exec(`DROP TABLE ${name}`);
    database.exec("PRAGMA user_version = 2");
    database.close();
    const store = open();
    store.count(MAIN, MINUTE, "big", ONE);

    expect(rowsOf(store)).toHaveLength(1);
    expect(store.alerts()).toEqual([{ name: "alert", text: "text" }]);
    await store.close();
  });
});
