import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWatch } from "../../src/alerting/watch.ts";
import { newAccountMemory } from "../../src/engine/account.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { openStore } from "../../src/store/open-store.ts";
import { createSqliteStore } from "../../src/store/sqlite-store.ts";

let folder: string;
let path: string;
let problems: (Error | undefined)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "state-"));
  path = join(folder, "data", "state.db");
  problems = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = new Date("2026-11-22T12:00:00.000Z");
const open = (where = path) =>
  openStore({ state: { path: where }, now: () => NOW, onWrite: (problem) => problems.push(problem) });

const MAIN = { provider: "nanogpt", account: "main" };
const ACCOUNT: Account = {
  ...MAIN,
  labels: {},
  intervalSeconds: 60,
  staleAfterSeconds: 600,
  overrides: {},
};
const RESET = new Date("2026-11-22T16:00:00.000Z");
const minute = (index: number) => new Date(NOW.getTime() + index * 60_000);

function outcome(index: number, remaining: number): ReadOutcome {
  const reading: Reading = {
    quota: "requests",
    kind: "calendar",
    unit: "requests",
    readAt: minute(index),
    limit: 1000,
    remaining,
    resetAt: RESET,
    periodSeconds: 4 * 3600,
    enforcement: "hard",
    source: "api",
    confidence: "reported",
  };
  return { ok: true, at: minute(index), seconds: 0.1, answer: { readings: [reading], metered: true, plan: "pro" } };
}

const watchOn = (store: ReturnType<typeof open>["store"], startedAt: Date) =>
  createWatch({ accounts: [ACCOUNT], store, settings: ENGINE_DEFAULTS, startedAt });

/** A burn that pages: 12 of 1,000 a minute, when 4 would last. */
const BURN = Array.from({ length: 40 }, (_, index) => outcome(index, 1000 - 12 * (index + 1)));

describe("what is kept", () => {
  it.each([
    { name: "the process ended in order", inOrder: true },
    { name: "the process was killed after its last batch", inOrder: false },
  ])("shows after a restart what was shown before, when $name", async ({ inOrder }) => {
    const first = open();
    const before = watchOn(first.store, NOW);
    for (const one of BURN) before.take(ACCOUNT, one);
    if (inOrder) before.keepAll();
    await first.store.close();
    const second = open();

    const after = watchOn(second.store, minute(40));

    const [was] = before.snapshot().accounts[0]?.quotas ?? [];
    const [is] = after.snapshot().accounts[0]?.quotas ?? [];
    expect(was).toMatchObject({ state: "critical", consumedTotal: 468 });
    // Not counted anew before it is read anew.
    expect(is).toEqual({ ...was, consumedTotal: undefined });
    expect(after.snapshot().accounts[0]).toMatchObject({ up: false, pollsTotal: 0, answer: { plan: "pro" } });
    await second.store.close();
  });

  it("counts what was used while nobody looked as the first increment", async () => {
    const first = open();
    const before = watchOn(first.store, NOW);
    for (const one of BURN) before.take(ACCOUNT, one);
    await first.store.close();
    const second = open();
    const after = watchOn(second.store, minute(45));

    const account = after.take(ACCOUNT, outcome(45, 1000 - 12 * 46));

    expect(account.quotas[0]).toMatchObject({ consumedTotal: 72, state: "critical", resetsTotal: 0 });
    expect(account.quotas[0]?.alerts).toEqual(before.snapshot().accounts[0]?.quotas[0]?.alerts);
    await second.store.close();
  });

  it("goes on counting where a restart would be hidden, whatever number of kills came before", async () => {
    const first = open();
    const before = watchOn(first.store, NOW);
    for (const one of BURN.slice(0, 3)) before.take(ACCOUNT, one);
    await first.store.close();
    const counters: (number | undefined)[] = [before.snapshot().accounts[0]?.quotas[0]?.consumedTotal];

    for (const [index, used] of [60, 72, 84, 90].entries()) {
      const next = open();
      const watch = watchOn(next.store, minute(10 + index));
      const account = watch.take(ACCOUNT, outcome(10 + index, 1000 - used));
      counters.push(account.quotas[0]?.consumedTotal);
      await next.store.close();
    }

    // A restart hides behind 24 after 24, and behind 12 after 12: there the counter goes on.
    expect(counters).toEqual([24, 48, 12, 24, 6]);
  });

  it("belongs to one account of one provider", async () => {
    const first = open();
    first.store.append(MAIN, outcome(0, 900));
    first.store.keep(MAIN, newAccountMemory());
    await first.store.close();
    const { store } = open();

    expect(store.load({ ...MAIN, provider: "deepseek" })).toEqual({ memory: undefined, since: [] });
    expect(store.load({ ...MAIN, account: "other" })).toEqual({ memory: undefined, since: [] });
    expect(store.load(MAIN)).toMatchObject({ memory: { polls: 0 }, since: [] });
    await store.close();
  });
});

describe("a state path", () => {
  it("in use by another process is refused, and left as it is", async () => {
    const { store } = open();

    expect(() => open()).toThrow(`state.path ${path} is in use by another llm-quota-exporter`);
    await store.close();
    await open().store.close();
  });

  it("that is a directory is refused", () => {
    mkdirSync(path, { recursive: true });

    expect(() => open()).toThrow("is not a file: name a file, such as data/state.db");
  });

  it.each([
    { name: "text", make: () => writeFileSync(path, "precious notes".repeat(20)) },
    {
      name: "a database",
      make: () => {
        const other = new DatabaseSync(path);
        other.exec("CREATE TABLE precious (x)");
        other.close();
      },
    },
  ])("that holds $name of another program is refused, and left as it is", ({ make }) => {
    mkdirSync(join(folder, "data"));
    make();
    const before = readFileSync(path);

    expect(() => open()).toThrow("belongs to another program: name another file");
    expect(readFileSync(path)).toEqual(before);
  });

  it("written by a newer version is refused", async () => {
    await open().store.close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();

    expect(() => open()).toThrow("was written by a newer llm-quota-exporter");
  });

  it("with a truncated database of ours is set aside, and a new one begun", async () => {
    const first = open();
    for (let index = 0; index < 500; index++) first.store.append(MAIN, outcome(index, 1000 - index));
    await first.store.close();
    writeFileSync(path, readFileSync(path).subarray(0, 9000));

    const { store, warning } = open();

    expect(warning).toMatch(/is damaged: set aside as .*state\.db\.damaged-2026-11-22T12-00-00-000Z/);
    expect(readdirSync(join(folder, "data")).filter((name) => name.includes("damaged"))).toHaveLength(1);
    expect(store.load(MAIN)).toEqual({ memory: undefined, since: [] });
    await store.close();
  });

  it("that cannot be written is a warning, and memory takes its place", async () => {
    writeFileSync(join(folder, "file"), "x");

    const { store, warning } = open(join(folder, "file", "state.db"));

    expect(warning).toMatch(/cannot be used .*: state is kept in memory and lost with the process/);
    expect(problems).toHaveLength(1);
    expect(store.load(MAIN)).toEqual({ memory: undefined, since: [] });
    await store.close();
  });
});

it("lets an unreadable account go on being so over a restart, which is no recovery", async () => {
  const failed = (index: number): ReadOutcome => ({
    ok: false,
    at: minute(index),
    seconds: 0.1,
    reason: "server",
    message: "GET /usage answered 500",
  });
  const first = open();
  const before = watchOn(first.store, NOW);
  before.take(ACCOUNT, outcome(0, 900));
  for (let index = 1; index < 15; index++) before.take(ACCOUNT, failed(index));
  await first.store.close();
  const second = open();

  const after = watchOn(second.store, minute(15));

  expect(after.snapshot().accounts[0]?.alerts).toMatchObject([{ alert: "LLMQuotaAccountUnreadable" }]);
  expect(after.snapshot().accounts[0]?.alerts).toEqual(before.snapshot().accounts[0]?.alerts);
  await second.store.close();
});

describe("what is kept of alerts", () => {
  it("is there after a restart as it was written last", async () => {
    const first = open();
    first.store.keepAlert("a", "one");
    first.store.keepAlert("b", "two");
    first.store.keepAlert("a", "three");
    first.store.keepAlert("c", "four");
    first.store.forgetAlert("c");
    first.store.forgetAlert("d");
    await first.store.close();
    const { store } = open();

    expect(store.alerts()).toEqual([
      { name: "a", text: "three" },
      { name: "b", text: "two" },
    ]);
    await store.close();
  });

  it("is there at once, though writing waits", async () => {
    const { store } = open();
    store.keepAlert("a", "one");

    expect(store.alerts()).toEqual([{ name: "a", text: "one" }]);
    store.forgetAlert("a");
    expect(store.alerts()).toEqual([]);
    await store.close();
  });

  it("takes any name and text", async () => {
    const name = JSON.stringify([["account", "team@a.eu's \u{1F600}"]]);
    const first = open();
    first.store.keepAlert(name, '{"description":"x"}\n');
    await first.store.close();
    const { store } = open();

    expect(store.alerts()).toEqual([{ name, text: '{"description":"x"}\n' }]);
    await store.close();
  });
});

/** Of the version before alerts were kept. */
const FIRST_VERSION = `
  CREATE TABLE account (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, account TEXT NOT NULL, format INTEGER,
    memory TEXT, memory_seq INTEGER NOT NULL DEFAULT 0, UNIQUE (provider, account)) STRICT;
  CREATE TABLE outcome (seq INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL REFERENCES account (id),
    at REAL NOT NULL, format INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX outcome_of_account ON outcome (account_id, at);
  PRAGMA application_id = ${0x4c_51_58_45};
  PRAGMA user_version = 1;
`;

it("a database of the first version keeps its accounts and takes alerts", async () => {
  const first = open();
  for (const one of BURN.slice(0, 3)) first.store.append(MAIN, one);
  await first.store.close();
  const newer = new DatabaseSync(path);
  const rows = ["account", "outcome"].map((table) => newer.prepare(`SELECT * FROM ${table}`).all());
  newer.close();
  rmSync(path);
  const old = new DatabaseSync(path);
  old.exec(FIRST_VERSION);
  for (const [index, table] of ["account", "outcome"].entries()) {
    for (const row of rows[index] ?? []) {
      const values = Object.values(row);
      old.prepare(`INSERT INTO ${table} VALUES (${values.map(() => "?").join()})`).run(...values);
    }
  }
  old.close();

  for (const known of [[], [{ name: "a", text: "one" }]]) {
    const { store, warning } = open();
    expect([warning, store.load(MAIN).since, store.alerts()]).toEqual([undefined, BURN.slice(0, 3), known]);
    store.keepAlert("a", "one");
    await store.close();
  }
});

it("while nothing can be written, loses no outcome to memories that newer ones replace", async () => {
  const { database } = openDatabase(join(folder, "failing.db"), NOW);
  const store = createSqliteStore({ database, now: () => NOW, onWrite: (problem) => problems.push(problem) });
  database.exec("CREATE TRIGGER full BEFORE INSERT ON outcome BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  store.append(MAIN, outcome(0, 900));
  for (let scrape = 0; scrape <= 20_000; scrape++) store.keep(MAIN, newAccountMemory());
  store.flush();
  database.exec("DROP TRIGGER full");
  store.flush();

  expect(problems.map((problem) => problem?.message)).toEqual(["disk full", undefined]);
  expect(store.history(MAIN, "requests", new Date(0))).toHaveLength(1);
  await store.close();
});
