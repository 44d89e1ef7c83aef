import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openStore } from "../../src/store/open-store.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "llm-quota-test-session-store-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = () =>
  openStore({ state: { path: join(directory, "state.db") }, now: () => new Date(), onWrite: () => undefined }).store;

it("keeps how far logs were read, for each account by itself, until it is told to forget", async () => {
  const [one, other] = [
    { provider: "acme", account: "one" },
    { provider: "acme", account: "other" },
  ];
  const before = open();
  before.keepSessionFile(one, "a", "first");
  before.keepSessionFile(one, "a", "second");
  before.keepSessionFile(one, "b", "third");
  before.keepSessionFile(other, "a", "fourth");
  before.forgetSessionFile(one, "b");
  await before.close();

  const after = open();

  expect(after.sessionFiles(one)).toEqual([{ name: "a", text: "second" }]);
  expect(after.sessionFiles(other)).toEqual([{ name: "a", text: "fourth" }]);
  expect(after.sessionFiles({ provider: "acme", account: "nobody" })).toEqual([]);
  await after.close();
});
