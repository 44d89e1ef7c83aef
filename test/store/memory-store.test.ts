import { expect, it } from "vitest";
import { newAccountMemory } from "../../src/engine/account.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";

const MAIN = { provider: "nanogpt", account: "main" };

it("knows nothing, whatever was kept", () => {
  const store = createMemoryStore();
  store.keep(MAIN, newAccountMemory());

  expect(store.load(MAIN)).toEqual({ memory: undefined, since: [] });
});

it("keeps no alerts", () => {
  const store = createMemoryStore();
  store.keepAlert("a", "one");
  store.forgetAlert("b");

  expect(store.alerts()).toEqual([]);
});
