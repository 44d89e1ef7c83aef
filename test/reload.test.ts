import { describe, expect, it } from "vitest";
import type { Config } from "../src/config/config.ts";
import { createLogger } from "../src/log.ts";
import { createReload, warnOfWhatStays } from "../src/reload.ts";
import { load } from "./config/config-directory.ts";

const ONE = "accounts: [{ name: one, provider: acme, api_key_env: ACME_KEY }]\n";

function logged() {
  const messages: string[] = [];
  const write = (line: string) => messages.push((JSON.parse(line) as { msg: string }).msg);
  return { log: createLogger({ level: "info", format: "json", scrub: (text) => text, write }), messages };
}

function reloadOf(loads: readonly (() => Promise<Config>)[]) {
  const { log, messages } = logged();
  const swapped: string[][] = [];
  const refused: true[] = [];
  const left = [...loads];
  const reload = createReload({
    load: () => left.shift()?.() ?? Promise.reject(new Error("no further config")),
    log,
    refused: () => refused.push(true),
    swap: (config) => swapped.push(config.accounts.map(({ account }) => account)),
  });
  return { reload, messages, swapped, refused };
}

describe("a reload", () => {
  it("swaps to a config that is good, and says so", async () => {
    const { reload, messages, swapped } = reloadOf([() => load(ONE)]);

    expect(await reload()).toBeUndefined();
    expect(swapped).toEqual([["one"]]);
    expect(messages).toEqual(["the config was reloaded"]);
  });

  it("swaps nothing for a config that is refused, and gives the reason", async () => {
    const { reload, messages, swapped, refused } = reloadOf([() => load("accounts: 1\n"), () => load(ONE)]);

    expect(await reload()).toMatch(/config\.yaml:1:11: accounts: /);
    expect([swapped, refused]).toEqual([[], [true]]);
    expect(messages).toEqual(["the config was refused, everything goes on as it was"]);
    expect(await reload()).toBeUndefined();
    expect(swapped).toEqual([["one"]]);
  });

  it("waits for the one before, so that the newest file is what counts in the end", async () => {
    const slow = Promise.withResolvers<Config>();
    const { reload, swapped } = reloadOf([() => slow.promise, () => load(ONE.replace("one", "two"))]);
    const both = [reload(), reload()];
    slow.resolve(await load(ONE));
    await Promise.all(both);

    expect(swapped).toEqual([["one"], ["two"]]);
  });

  it("of a daemon without a file changes nothing", async () => {
    const { log } = logged();
    const nothing = () => expect.unreachable();
    const reload = createReload({ load: undefined, log, refused: nothing, swap: nothing });

    expect(await reload()).toBe("this daemon has no config that could change");
  });
});

it.each([
  { change: "web: { listen_address: :9000 }\n", warning: "web.listen_address has changed, which takes a restart" },
  { change: "state: { path: elsewhere.db }\n", warning: "state has changed, which takes a restart" },
])("says that $change takes a restart", async ({ change, warning }) => {
  const { log, messages } = logged();
  warnOfWhatStays(log, await load(ONE), await load(change + ONE));

  expect(messages).toEqual([`${warning}: the old one stays`]);
});
