import { describe, expect, it } from "vitest";
import { createDelivery, type DeliveryTarget } from "../../src/alerting/delivery.ts";
import type { PostClient } from "../../src/http/post-client.ts";
import { eventually } from "../support/eventually.ts";
import { NOW } from "../support/snapshot.ts";
import { asWire, createTally, many, named } from "./outlets.ts";

const target = (name: string, definition = name): DeliveryTarget => ({
  name,
  definition,
  url: `http://${name}/api/v2/alerts`,
  timeoutSeconds: 100,
});

/** Those whose name begins with "hanging" never answer. */
function begin() {
  const tallies = new Map<string, ReturnType<typeof createTally>["tally"]>();
  const left: string[] = [];
  const posts: string[] = [];
  let closed = 0;
  const client: PostClient = {
    post({ url, signal }) {
      posts.push(new URL(url).hostname);
      if (!url.includes("//hanging")) return Promise.resolve({ status: 200, text: "", date: undefined });
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
    async close() {
      closed += 1;
    },
  };
  const delivery = createDelivery({
    createClient: () => client,
    now: () => NOW,
    toWire: asWire,
    reportOn(name) {
      const { tally, report } = createTally();
      tallies.set(name, tally);
      return report;
    },
    left: (name) => void left.push(name),
  });
  return { delivery, left, posts, closed: () => closed, tallyOf: (name: string) => tallies.get(name) };
}

describe("a delivery", () => {
  it("tells every Alertmanager every alert, and one that hangs delays no other", async () => {
    const { delivery, tallyOf } = begin();
    delivery.replace([target("hanging"), target("one"), target("two")]);
    delivery.offer(many(600));
    await eventually(() => expect([tallyOf("one")?.sent, tallyOf("two")?.sent]).toEqual([600, 600]));
    delivery.offer([named("new")]);
    await eventually(() => expect([tallyOf("one")?.sent, tallyOf("two")?.sent]).toEqual([601, 601]));

    expect(tallyOf("hanging")).toMatchObject({ sent: 0, queued: 345 });
    await delivery.stop(0);
  });

  it("goes on with one that stays, keeps its queue, and leaves one that does not", async () => {
    const { delivery, left, tallyOf, closed } = begin();
    delivery.replace([target("hanging"), target("one")]);
    delivery.offer(many(300));
    await eventually(() => expect(tallyOf("one")?.sent).toBe(300));
    const waiting = tallyOf("hanging");
    delivery.replace([target("hanging"), target("two")]);
    await eventually(() => expect(left).toEqual(["one"]));
    delivery.offer([named("new")]);
    await eventually(() => expect(tallyOf("two")?.sent).toBe(1));

    expect(tallyOf("hanging")).toBe(waiting);
    expect(waiting?.queued).toBe(45);
    expect([tallyOf("one")?.sent, closed()]).toEqual([300, 1]);
    await delivery.stop(0);
  });

  it("counts on for one that is only reached in another way", async () => {
    const { delivery, left, closed } = begin();
    delivery.replace([target("hanging", "before")]);
    delivery.offer([named("a")]);
    delivery.replace([target("hanging", "after")]);
    await eventually(() => expect(closed()).toBe(1));

    expect(left).toEqual([]);
    await delivery.stop(0);
  });

  it("counts nothing any more of one that it has left", async () => {
    const { delivery, left, tallyOf } = begin();
    delivery.replace([target("hanging")]);
    delivery.offer(many(300));
    const tally = tallyOf("hanging");
    delivery.replace([]);
    await eventually(() => expect(left).toEqual(["hanging"]));
    const counted = { ...tally };
    delivery.offer([named("new")]);

    expect(tally).toEqual(counted);
  });

  it("lets go of every connection when it stops, without an attempt after that", async () => {
    const { delivery, posts, closed } = begin();
    delivery.replace([target("hanging"), target("one")]);
    delivery.offer([named("a")]);
    await delivery.stop(0);
    const before = [...posts];
    delivery.replace([]);
    await eventually(() => expect(closed()).toBe(4));

    expect(posts).toEqual(before);
  });
});
