import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWatch } from "../../src/alerting/watch.ts";
import { newAccountMemory } from "../../src/engine/account.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const MAIN: Account = {
  provider: "nanogpt",
  account: "main",
  labels: {},
  intervalSeconds: 60,
  staleAfterSeconds: 600,
  overrides: {},
};
const OTHER: Account = { ...MAIN, account: "other" };
const GOOD: ReadOutcome = { ok: true, at: NOW, seconds: 0.1, answer: { readings: [], metered: true, plan: "pro" } };

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "state-"));
  path = join(folder, "state.db");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openStore({ state: { path }, now: () => NOW, onWrite: () => undefined });

/** Two accounts with a memory and one outcome after it. */
async function keepTwo() {
  const { store } = open();
  for (const key of [MAIN, OTHER]) {
    store.keep(key, newAccountMemory());
    store.append(key, GOOD);
  }
  await store.close();
}

function spoil(column: "account.memory" | "outcome.body", text: string) {
  const database = new DatabaseSync(path);
  const sql = {
    "account.memory": "UPDATE account SET memory = ? WHERE account = 'main'",
    "outcome.body": "UPDATE outcome SET body = ? WHERE account_id = (SELECT id FROM account WHERE account = 'main')",
  };
  database.prepare(sql[column]).run(text);
  database.close();
}

/** The watch that a start makes, and the accounts whose kept memory it could not use. */
function watchOn(store: Store) {
  const unusable: string[] = [];
  const watch = createWatch({
    accounts: [MAIN, OTHER],
    store,
    settings: ENGINE_DEFAULTS,
    startedAt: NOW,
    onUnusable: ({ account }) => unusable.push(account),
  });
  return { watch, unusable };
}

describe("what is kept of an account and cannot be read", () => {
  it.each<{ name: string; column: "account.memory" | "outcome.body"; text: string }>([
    { name: "a memory cut short", column: "account.memory", text: '{"quotas":{"@map":[' },
    { name: "a memory that is nothing", column: "account.memory", text: "null" },
    { name: "a memory without its quotas", column: "account.memory", text: "{}" },
    { name: "a memory whose quotas are no map", column: "account.memory", text: '{"quotas":[]}' },
    { name: "a memory with a broken map", column: "account.memory", text: '{"quotas":{"@map":7}}' },
    { name: "an outcome cut short", column: "outcome.body", text: '{"ok":true,"at":' },
    { name: "an outcome that is nothing", column: "outcome.body", text: "null" },
    { name: "an outcome without its time", column: "outcome.body", text: '{"ok":true}' },
    { name: "an outcome at no time", column: "outcome.body", text: '{"ok":true,"at":{"@date":"noon"}}' },
    { name: "an outcome that did not end", column: "outcome.body", text: '{"at":{"@date":0}}' },
    { name: "an outcome without its answer", column: "outcome.body", text: '{"ok":true,"at":{"@date":1}}' },
    { name: "a memory without its failures", column: "account.memory", text: '{"quotas":{"@map":[]}}' },
    { name: "a memory of an empty quota", column: "account.memory", text: '{"quotas":{"@map":[["x",{}]]}}' },
  ])("is learned anew, with a warning, and costs no other account: $name", async ({ column, text }) => {
    await keepTwo();
    spoil(column, text);

    const { store } = open();
    const { watch, unusable } = watchOn(store);

    expect(unusable).toEqual(["main"]);
    expect(watch.snapshot().accounts).toMatchObject([
      { account: "main", lastPollAt: undefined, quotas: [] },
      { account: "other", lastPollAt: NOW, answer: { plan: "pro" } },
    ]);
    await store.close();
  });

  it("is replaced by what is kept next", async () => {
    await keepTwo();
    spoil("outcome.body", "null");
    const first = open();
    const { watch } = watchOn(first.store);
    watch.take(MAIN, GOOD);
    watch.keepAll();
    await first.store.close();

    const { store } = open();

    expect(store.load(MAIN)).toMatchObject({ memory: { polls: 1, answer: { plan: "pro" } }, since: [] });
    expect(watchOn(store).unusable).toEqual([]);
    await store.close();
  });
});
