import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { openStore } from "../../src/store/open-store.ts";
import { storedOutcomes } from "../../src/store/stored-outcomes.ts";
import { aReading, inSeconds, NOW } from "../support/snapshot.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stored-outcomes-"));
  path = join(folder, "state.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (seconds: number): ReadOutcome => ({
  ok: true,
  at: inSeconds(seconds),
  seconds: 0.1,
  answer: { metered: true, readings: [aReading({ readAt: inSeconds(seconds) })] },
});

it("a state is read while a daemon holds it, with what is not in the database itself yet", async () => {
  const { store } = openStore({ state: { path }, now: () => NOW, onWrite: () => undefined });
  const key = { provider: "nanogpt", account: "main" };
  for (const seconds of [-60, -30]) store.append(key, read(seconds));
  store.append({ provider: "deepseek", account: "other" }, read(-10));
  store.flush();
  const before = readdirSync(folder);

  expect(storedOutcomes(path)).toEqual(
    new Map([
      ["nanogpt/main", [read(-60), read(-30)]],
      ["deepseek/other", [read(-10)]],
    ]),
  );
  expect(readdirSync(folder)).toEqual(before);
  store.append(key, read(0));
  await store.close();
  expect(storedOutcomes(path).get("nanogpt/main")).toHaveLength(3);
});

it.each([
  ["that is not there", undefined, /^state\.path .*state\.db does not exist: no daemon has written it yet$/],
  [
    "of another program",
    "precious notes, more than a hundred bytes of them".repeat(3),
    /state\.db cannot be read \(.+\)$/,
  ],
])("a state %s is refused in a sentence", (_, content, message) => {
  if (content !== undefined) writeFileSync(path, content);

  expect(() => storedOutcomes(path)).toThrow(message);
});
