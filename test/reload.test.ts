import { describe, expect, it } from "vitest";
import type { Config } from "../src/config/config.ts";
import { createLogger } from "../src/log.ts";
import { createReloads, withWhatStays } from "../src/reload.ts";
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
  const { reload, end } = createReloads({
    load: () => left.shift()?.() ?? Promise.reject(new Error("no further config")),
    log,
    refused: () => refused.push(true),
    swap: (config) => swapped.push(config.accounts.map(({ account }) => account)),
  });
  return { reload, end, messages, swapped, refused };
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

  it("waits for the one before and is shared by all who ask meanwhile: the newest file counts in the end", async () => {
    const slow = Promise.withResolvers<Config>();
    const { reload, swapped } = reloadOf([() => slow.promise, () => load(ONE.replace("one", "two"))]);
    const all = [reload(), reload(), reload(), reload()];
    slow.resolve(await load(ONE));

    expect(await Promise.all(all)).toEqual([undefined, undefined, undefined, undefined]);
    expect(swapped).toEqual([["one"], ["two"]]);
  });

  it("that comes when the daemon is stopping swaps nothing", async () => {
    const { reload, end, swapped, refused } = reloadOf([() => load(ONE)]);
    const asked = reload();
    end();

    expect(await asked).toBe("the daemon is stopping");
    expect([swapped, refused]).toEqual([[], []]);
  });

  it("that fails in the middle is told like one that is refused, and ends nothing", async () => {
    const { log, messages } = logged();
    const { reload } = createReloads({
      load: () => load(ONE),
      log,
      refused: () => undefined,
      swap() {
        throw new Error("database disk image is malformed");
      },
    });

    expect(await reload()).toBe("database disk image is malformed");
    expect(messages).toEqual(["the config was refused, everything goes on as it was"]);
  });
});

it.each([
  { change: "web: { listen_address: :9000 }\n", warning: "web.listen_address is not what the config says now" },
  { change: "state: { path: elsewhere.db }\n", warning: "state is not what the config says now" },
])("what takes a restart stays in use and is shown, until it is written so: $change", async ({ change, warning }) => {
  const { log, messages } = logged();
  const before = await load(ONE);
  const once = withWhatStays(before, await load(change + ONE), log);
  const twice = withWhatStays(once, await load(change + ONE), log);
  const back = withWhatStays(twice, await load(ONE), log);

  expect(messages).toEqual([`${warning}: that takes a restart`, `${warning}: that takes a restart`]);
  expect([once.web, once.state, once.written]).toEqual([before.web, before.state, before.written]);
  expect(back).toMatchObject({ web: before.web, state: before.state });
});

it("where alerts link to is taken from the new config, also beside an address that takes a restart", async () => {
  const { log, messages } = logged();
  const before = await load(`web: { listen_address: 127.0.0.1:9001, external_url: https://one.test }\n${ONE}`);
  const same = await load(`web: { listen_address: 127.0.0.1:9001, external_url: https://two.test }\n${ONE}`);
  const other = await load(`web: { listen_address: 127.0.0.1:9002, external_url: https://two.test }\n${ONE}`);

  expect(withWhatStays(before, same, log)).toMatchObject({ web: same.web, written: same.written });
  expect(messages).toEqual([]);
  expect(withWhatStays(before, other, log)).toMatchObject({ web: same.web, written: same.written });
  expect(messages).toEqual(["web.listen_address is not what the config says now: that takes a restart"]);
});

it("a proxy goes on at its address with the routes of the new config, and comes or goes only with a restart", async () => {
  const { log, messages } = logged();
  const proxied = (port: number, path: string) =>
    load(`proxy: { listen_address: "127.0.0.1:${port}", routes: [{ path: ${path}, account: one }] }\n${ONE}`);
  const before = await proxied(9001, "/a");
  const without = await load(ONE);

  expect(withWhatStays(before, await proxied(9001, "/b"), log).proxy).toMatchObject({ routes: [{ path: "/b" }] });
  expect(messages).toEqual([]);
  const moved = withWhatStays(before, await proxied(9002, "/b"), log).proxy;
  expect(moved).toMatchObject({ listen: { port: 9001 }, routes: [{ path: "/b" }] });
  expect(withWhatStays(before, without, log).proxy).toEqual({ listen: before.proxy?.listen, routes: [] });
  expect(withWhatStays(without, before, log).proxy).toBeUndefined();
  expect(messages).toEqual(Array(3).fill("proxy.listen_address is not what the config says now: that takes a restart"));
});
