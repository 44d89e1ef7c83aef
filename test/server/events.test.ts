import { afterEach, describe, expect, it, vi } from "vitest";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { createEvents, type Events } from "../../src/server/events.ts";
import { eventually } from "../support/eventually.ts";
import { anAccount, aQuota, aSnapshot, NOW } from "../support/snapshot.ts";

const ERA = NOW.getTime().toString(36);
const running: Events[] = [];
afterEach(() => {
  for (const events of running.splice(0)) events.end();
});

/** Two accounts, of which one flips between two states. */
function flipping(over: Partial<Parameters<typeof createEvents>[0]> = {}) {
  let flips = 0;
  const snapshot = (): Snapshot =>
    aSnapshot({
      accounts: [
        anAccount({ account: "main", quotas: [aQuota({ state: flips % 2 === 0 ? "ok" : "watch" })] }),
        anAccount({ account: "other", provider: "kilo" }),
      ],
    });
  const events = createEvents({ snapshot, now: () => NOW, ...over });
  running.push(events);
  const flip = async (times = 1) => {
    for (let time = 0; time < times; time++) {
      flips++;
      events.changed();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { events, flip };
}

/** One who follows, and what has reached it. */
function follower(since?: string, wants: (who: { provider: string; account: string }) => boolean = () => true) {
  const texts: string[] = [];
  let ended = 0;
  return {
    texts,
    /** Ids and names of the events, or what came without a name. */
    heard: () =>
      texts
        .join("")
        .split("\n\n")
        .filter((block) => block !== "")
        .map((block) => /^event: (\w+)$/m.exec(block)?.[1] ?? block),
    ended: () => ended,
    since,
    wants,
    write: (text: string) => texts.push(text) > 0,
    end: () => {
      ended++;
    },
  };
}

const OPENING = (number: number) => `retry: 5000\nid: ${ERA}-${number}`;

describe("who follows", () => {
  it("hears of what changes, one event after the other, each with its id", async () => {
    const { events, flip } = flipping();
    const one = follower();
    events.follow(one);
    await flip(2);

    const standing = (state: string) => `{"state":"${state}","severity":"none","binding":false}`;
    const data = `{"at":"2026-11-21T23:00:00.000Z","provider":"nanogpt","account":"main","quota":"weekly_input_tokens"`;
    expect(one.texts).toEqual([
      `${OPENING(0)}\n\n`,
      `id: ${ERA}-1\nevent: quota\ndata: ${data},"before":${standing("ok")},"after":${standing("watch")}}\n\n`,
      `id: ${ERA}-2\nevent: quota\ndata: ${data},"before":${standing("watch")},"after":${standing("ok")}}\n\n`,
    ]);
  });

  it("hears nothing where nothing has changed", async () => {
    const { events } = flipping();
    const one = follower();
    events.follow(one);
    events.changed();
    await new Promise((resolve) => setImmediate(resolve));

    expect(one.heard()).toEqual([OPENING(0)]);
  });

  it("hears of a reload, and of what it changed after it", async () => {
    const { events, flip } = flipping();
    const one = follower();
    events.follow(one);
    events.reloaded();
    await flip();

    expect(one.texts[1]).toBe(`id: ${ERA}-1\nevent: config\ndata: {"at":"2026-11-21T23:00:00.000Z","accounts":2}\n\n`);
    expect(one.heard()).toEqual([OPENING(0), "config", "quota"]);
  });

  it("hears only of the accounts that it asked for, and always of the daemon", async () => {
    const { events, flip } = flipping();
    const kilo = follower(undefined, ({ provider }) => provider === "kilo");
    const main = follower(undefined, ({ account }) => account === "main");
    events.follow(kilo);
    events.follow(main);
    await flip();
    events.reloaded();

    expect(kilo.heard()).toEqual([OPENING(0), "config"]);
    expect(main.heard()).toEqual([OPENING(0), "quota", "config"]);
  });

  it("is forgotten once it has left, or cannot keep up", async () => {
    const { events, flip } = flipping();
    const left = follower();
    const followed = events.follow(left);
    if (typeof followed !== "string") followed.leave();
    const slow = { ...follower(), write: vi.fn<(text: string) => boolean>().mockReturnValueOnce(true) };
    events.follow(slow);
    await flip(3);

    expect(left.heard()).toEqual([OPENING(0)]);
    expect(slow.write).toHaveBeenCalledTimes(2);
  });

  it("is kept alive by comments", async () => {
    const { events } = flipping({ heartbeatMs: 5 });
    const one = follower();
    events.follow(one);

    await eventually(() => expect(one.heard().slice(0, 3)).toEqual([OPENING(0), ":", ":"]));
  });

  it("is refused beyond the limit, until somebody leaves", () => {
    const { events } = flipping({ mostFollowers: 2 });
    const first = events.follow(follower());
    events.follow(follower());

    expect(events.follow(follower())).toBe("full");
    if (typeof first !== "string") first.leave();
    expect(events.follow(follower())).not.toBe("full");
  });

  it("hears the end once, and nobody is let in after it", async () => {
    const { events, flip } = flipping();
    const one = follower();
    events.follow(one);
    events.end();
    await flip();
    events.reloaded();

    expect([one.ended(), one.heard()]).toEqual([1, [OPENING(0)]]);
    expect(events.follow(follower())).toBe("over");
  });
});

describe("who comes back", () => {
  const gap = (lost: number | null) => `event: gap\ndata: {"at":"2026-11-21T23:00:00.000Z","lost":${lost}}`;

  it.each<[string, string | undefined, string[]]>([
    ["has missed nothing", `${ERA}-5`, [OPENING(5)]],
    ["has missed two events", `${ERA}-3`, [OPENING(3), "quota", "quota"]],
    ["has missed just what is kept", `${ERA}-2`, [OPENING(2), "quota", "quota", "quota"]],
    ["has missed one more than is kept", `${ERA}-1`, [OPENING(2), gap(1), "quota", "quota", "quota"]],
    ["saw nothing but the beginning", `${ERA}-0`, [OPENING(2), gap(2), "quota", "quota", "quota"]],
    ["followed an earlier process", "lz0-3", [OPENING(5), gap(null)]],
    ["saw what was never told", `${ERA}-6`, [OPENING(5), gap(null)]],
    ["names what is no id", `${ERA}--1\u00ff`, [OPENING(5), gap(null)]],
    ["names a number that is none", `${ERA}-1e0`, [OPENING(5), gap(null)]],
    ["is new", undefined, [OPENING(5)]],
    ["is new, and says so", "", [OPENING(5)]],
  ])("and %s", async (_what, since, heard) => {
    const { events, flip } = flipping({ mostKept: 3 });
    await flip(5);
    const one = follower(since);
    events.follow(one);

    const names = one.heard().map((name) => (name === "gap" ? one.texts.join("").match(/event: gap\n.*/)?.[0] : name));
    expect(names).toEqual(heard);
  });

  it("hears only of its accounts, though the ids count all", async () => {
    const { events, flip } = flipping();
    await flip(2);
    events.reloaded();
    const one = follower(`${ERA}-0`, ({ account }) => account === "other");
    events.follow(one);

    expect(one.texts.join("")).toContain(`id: ${ERA}-3\nevent: config`);
    expect(one.heard()).toEqual([OPENING(0), "config"]);
  });

  it("finds no more kept than some hundred kilobytes, however long the names", async () => {
    const account = "n".repeat(10_000);
    let isUp = true;
    const { events } = flipping({ snapshot: () => aSnapshot({ accounts: [anAccount({ account, up: isUp })] }) });
    for (let time = 0; time < 60; time++) {
      isUp = !isUp;
      events.changed();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const one = follower(`${ERA}-0`);
    events.follow(one);

    expect(one.texts.join("").length).toBeLessThanOrEqual(256 * 1024 + 200);
    expect(one.heard()).toHaveLength(2 + 25);
    expect(one.texts.join("")).toContain('"lost":35}');
  });
});
