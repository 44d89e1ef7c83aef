import { expect, it } from "vitest";
import { newAccountMemory } from "../../src/engine/account.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";

const MAIN = { provider: "nanogpt", account: "main" };

it("knows nothing of an account that was never saved", () => {
  expect(createMemoryStore().load(MAIN)).toBeUndefined();
});

it("gives back what was saved last", () => {
  const store = createMemoryStore();
  const memory = newAccountMemory();
  store.save(MAIN, newAccountMemory());
  store.save(MAIN, memory);

  expect(store.load({ ...MAIN })).toBe(memory);
});

it.each([
  { name: "another account", key: { provider: "nanogpt", account: "other" } },
  { name: "the same name at another provider", key: { provider: "deepseek", account: "main" } },
  { name: "a name that reads the same when joined", key: { provider: "nano", account: "gpt/main" } },
])("takes $name for another one", ({ key }) => {
  const store = createMemoryStore();
  store.save(MAIN, newAccountMemory());

  expect(store.load(key)).toBeUndefined();
});

it("forgets everything when it is closed", async () => {
  const store = createMemoryStore();
  store.save(MAIN, newAccountMemory());
  await store.close();

  expect(store.load(MAIN)).toBeUndefined();
});
