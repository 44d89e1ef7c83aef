import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sent } from "../../src/alerting/alertmanager.ts";
import type { ToldAlert } from "../../src/alerting/ledger.ts";
import { createReplica, QUEUE_CAPACITY } from "../../src/alerting/replica.ts";
import type { WireAlert } from "../../src/alerting/wire.ts";
import { inSeconds } from "../support/snapshot.ts";
import { answering, asWire, createTally, many, named, nameOf } from "./outlets.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Answer = (alerts: readonly WireAlert[], stopping: AbortSignal) => Sent | Promise<Sent>;

/** Answers each call in turn, and like the last from then on. */
function begin(answers: readonly Answer[], toWire = asWire) {
  const { tally, report } = createTally();
  const calls: { readonly at: number; readonly alerts: readonly WireAlert[] }[] = [];
  const startedAt = Date.now();
  const replica = createReplica({
    async send(alerts, stopping) {
      calls.push({ at: (Date.now() - startedAt) / 1000, alerts });
      const answer = answers[calls.length - 1] ?? answers.at(-1);
      return answer?.(alerts, stopping) ?? answering("accepted");
    },
    toWire,
    report,
  });
  return { replica, tally, calls };
}

const accept: Answer = () => answering("accepted");
const fail: Answer = () => answering("failed");
/** Refuses every call that holds one of these. */
const refusing =
  (...bad: readonly string[]): Answer =>
  (alerts) =>
    answering(alerts.some((one) => bad.includes(nameOf(one))) ? "refused" : "accepted");
/** Until it is stopped. */
const hang: Answer = (_, stopping) =>
  new Promise((_resolve, reject) => {
    stopping.addEventListener("abort", () => reject(stopping.reason));
  });

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("a replica", () => {
  it("is told at once", async () => {
    const { replica, tally, calls } = begin([accept]);
    replica.offer([named("a")]);
    await settle();

    expect(calls.map(({ at, alerts }) => [at, alerts.map(nameOf)])).toEqual([[0, ["a"]]]);
    expect(tally).toMatchObject({ sent: 1, failed: 0, dropped: 0, queued: 0 });
  });

  it("is told in calls of 256, the oldest first", async () => {
    const { replica, calls } = begin([accept]);
    replica.offer(many(600));
    await settle();

    expect(calls.map(({ alerts }) => alerts.length)).toEqual([256, 256, 88]);
    expect(calls.flatMap(({ alerts }) => alerts.map(nameOf))).toEqual(many(600).map(({ fingerprint }) => fingerprint));
  });

  it("is told only the newest of an alert that changes while it waits", async () => {
    const { replica, calls } = begin([fail, accept]);
    replica.offer([named("a"), named("b")]);
    await settle();
    replica.offer([named("a", { resolvedAt: inSeconds(1) })]);
    await vi.advanceTimersByTimeAsync(1000);

    expect(calls[1]?.alerts.map((one) => [nameOf(one), one.generatorURL])).toEqual([
      ["b", "http://firing"],
      ["a", "http://ended"],
    ]);
  });

  it("is told an end that comes while the beginning is under way", async () => {
    const slow = Promise.withResolvers<Sent>();
    const { replica, calls } = begin([() => slow.promise, accept]);
    replica.offer([named("a")]);
    await settle();
    replica.offer([named("a", { resolvedAt: inSeconds(1) })]);
    await settle();
    slow.resolve(answering("accepted"));
    await settle();

    expect(calls.map(({ alerts }) => alerts.map(({ generatorURL }) => generatorURL))).toEqual([
      ["http://firing"],
      ["http://ended"],
    ]);
  });

  it("is not told what was taken back while it waited or was under way", async () => {
    const { replica, tally, calls } = begin([fail, accept]);
    replica.offer([named("a"), named("b"), named("c")]);
    replica.withdraw("a");
    await settle();
    replica.withdraw("b");
    await vi.advanceTimersByTimeAsync(1000);
    replica.offer([named("b")]);
    await settle();

    expect(calls.slice(1).map(({ alerts }) => alerts.map(nameOf))).toEqual([["c"], ["b"]]);
    expect(tally).toMatchObject({ sent: 2, dropped: 0, queued: 0 });
  });

  it("that fails is tried again after 1, 2, 4 seconds and so on, at most 30, with what was offered meanwhile", async () => {
    const { replica, tally, calls } = begin([...Array.from({ length: 7 }, () => fail), accept]);
    replica.offer([named("a")]);
    await vi.advanceTimersByTimeAsync(5000);
    replica.offer([named("b")]);
    await vi.advanceTimersByTimeAsync(200_000);

    expect(calls.map(({ at }) => at)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    expect(calls.map(({ alerts }) => alerts.map(nameOf).join())).toEqual([
      ...["a", "a", "a", "a,b", "a,b", "a,b", "a,b", "a,b"],
    ]);
    expect(tally).toMatchObject({ sent: 2, failed: 11, dropped: 0, queued: 0 });
  });

  it("that has recovered is tried again soon after its next failure", async () => {
    const { replica, calls } = begin([fail, fail, accept, fail, accept]);
    replica.offer([named("a")]);
    await vi.advanceTimersByTimeAsync(10_000);
    replica.offer([named("b")]);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(calls.map(({ at }) => at)).toEqual([0, 1, 3, 10, 11]);
  });

  it("goes on with the next call only after the one that failed", async () => {
    const { replica, calls, tally } = begin([fail, accept]);
    replica.offer(many(300));
    await vi.advanceTimersByTimeAsync(1000);

    expect(calls.map(({ alerts }) => alerts.length)).toEqual([256, 256, 44]);
    expect(tally).toMatchObject({ sent: 300, failed: 256, queued: 0 });
  });
});

describe("a bad alert", () => {
  it.each(["q0", "q17", "q255", "q256", "q299"])("%s among 300 is given up, and no other", async (bad) => {
    const { replica, tally, calls } = begin([refusing(bad)]);
    replica.offer(many(300));
    await settle();

    expect(tally).toMatchObject({ sent: 299, failed: 0, dropped: 1, queued: 0, refused: [`${bad}: it is refused`] });
    expect(calls.length).toBeLessThan(20);
  });

  it("is told once, however often it is refused", async () => {
    const { replica, tally } = begin([refusing("bad")]);
    for (let index = 0; index < 3; index++) {
      replica.offer([named("good"), named("bad")]);
      await settle();
    }

    expect(tally).toMatchObject({ sent: 3, dropped: 3, refused: ["bad: it is refused"] });
  });

  it("is not all that there is, unless nothing of a batch is taken", async () => {
    const { replica, tally } = begin([refusing("bad", "worse")]);
    replica.offer([named("good"), named("bad")]);
    await settle();
    expect(tally.noneTaken).toBe(0);
    replica.offer([named("bad"), named("worse")]);
    await settle();

    expect(tally).toMatchObject({ noneTaken: 1, sent: 1, dropped: 3 });
  });

  it("that was taken in between is told anew", async () => {
    const { replica, tally } = begin([refusing("a"), accept, refusing("a")]);
    for (let index = 0; index < 3; index++) {
      replica.offer([named("a")]);
      await settle();
    }

    expect(tally.refused).toEqual(["a: it is refused", "a: it is refused"]);
  });

  it("does not keep the others waiting for each of its parts when nobody answers any more", async () => {
    const answers = [() => answering("refused"), fail];
    const { replica, tally, calls } = begin([...answers, refusing("q200")]);
    replica.offer(many(256));
    await settle();

    expect(calls.map(({ alerts }) => alerts.length)).toEqual([256, 128]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(tally).toMatchObject({ sent: 255, failed: 128, dropped: 1, queued: 0 });
  });

  it("is found also when its call was not answered to the end", async () => {
    const { replica, tally, calls } = begin([() => answering("refused"), fail, refusing("q3")]);
    replica.offer(many(4));
    await settle();

    expect(calls.map(({ alerts }) => alerts.length)).toEqual([4, 2]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(tally).toMatchObject({ sent: 3, failed: 2, dropped: 1, queued: 0, refused: ["q3: it is refused"] });
  });
});

describe("a full queue", () => {
  it("drops the oldest and counts them", async () => {
    const { replica, tally, calls } = begin([fail, accept]);
    replica.offer([named("first")]);
    await settle();
    replica.offer(many(QUEUE_CAPACITY + 4));

    expect(tally).toMatchObject({ dropped: 5, queued: QUEUE_CAPACITY });
    await vi.advanceTimersByTimeAsync(1000);
    expect(tally).toMatchObject({ sent: QUEUE_CAPACITY, dropped: 5, queued: 0 });
    expect(calls[1]?.alerts.map(nameOf)[0]).toBe("q4");
  });

  it("drops nothing when alerts that wait are offered again", async () => {
    const { replica, tally } = begin([fail]);
    replica.offer(many(QUEUE_CAPACITY));
    await settle();
    replica.offer(many(QUEUE_CAPACITY));

    expect(tally).toMatchObject({ dropped: 0, queued: QUEUE_CAPACITY });
  });
});

describe("a fault of ours", () => {
  const bug = new TypeError("boom");
  const failingFor = (bad: string) => (alert: ToldAlert) => {
    if (alert.fingerprint === bad) throw bug;
    return asWire(alert);
  };

  it("in one alert costs that alone", async () => {
    const { replica, tally } = begin([accept], failingFor("q1"));
    replica.offer(many(3));
    await settle();

    expect(tally).toMatchObject({ sent: 2, dropped: 1, queued: 0, bugs: [bug] });
  });

  it("in all of a call is no end either", async () => {
    const { replica, tally } = begin([accept], failingFor("q1"));
    replica.offer([named("q1")]);
    await settle();
    replica.offer([named("a")]);
    await settle();

    expect(tally).toMatchObject({ sent: 1, dropped: 1, bugs: [bug] });
  });

  it("while sending is told, and the next alerts are sent", async () => {
    const { replica, tally } = begin([() => Promise.reject(bug), accept]);
    replica.offer(many(257));
    await settle();

    expect(tally).toMatchObject({ sent: 1, queued: 0, bugs: [bug] });
  });
});

describe("a replica that is stopped", () => {
  it("is told what is still waiting", async () => {
    const { replica, tally } = begin([accept]);
    replica.offer(many(600));
    await replica.stop(1000);

    expect(tally).toMatchObject({ sent: 600, queued: 0 });
  });

  it("is told at once what waits for its next attempt", async () => {
    const { replica, tally, calls } = begin([fail, accept]);
    replica.offer([named("a")]);
    await settle();
    await replica.stop(1000);

    expect(tally).toMatchObject({ sent: 1, queued: 0 });
    expect(calls.map(({ at }) => at)).toEqual([0, 0]);
  });

  it("is tried once more and no further", async () => {
    const { replica, tally, calls } = begin([fail]);
    replica.offer([named("a")]);
    await settle();
    await replica.stop(1000);
    await replica.stop(0);
    await vi.advanceTimersByTimeAsync(100_000);

    expect(calls).toHaveLength(2);
    expect(tally).toMatchObject({ failed: 2, queued: 1 });
  });

  it("is waited for no longer than the grace", async () => {
    const { replica, tally, calls } = begin([hang]);
    replica.offer(many(2));
    await settle();
    const stopped = vi.fn();
    const stopping = replica.stop(1000).then(stopped);
    await vi.advanceTimersByTimeAsync(999);
    expect(stopped).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await stopping;

    expect(calls).toHaveLength(1);
    expect(tally).toMatchObject({ sent: 0, bugs: [] });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    "is told what is offered %i turns after the last, before it stops",
    async (turns) => {
      const { replica, tally } = begin([accept]);
      replica.offer([named("a")]);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      replica.offer([named("b")]);
      await replica.stop(1000);

      expect(tally).toMatchObject({ sent: 2, queued: 0 });
    },
  );
});
