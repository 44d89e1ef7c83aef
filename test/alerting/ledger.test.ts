import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLedger, type KeptAlert, type Ledger, type ToldAlert, type Wanted } from "../../src/alerting/ledger.ts";
import { inSeconds, NOW } from "../support/snapshot.ts";
import { aKept, aWanted, LABELS } from "./told.ts";

const MAIN = "nanogpt/main";
const OTHER = "nanogpt/other";
/** 15 intervals of a minute. */
const REPEATED = 900;

interface Watched {
  readonly ledger: Ledger;
  /** As a store would hold it. */
  readonly stored: Map<string, KeptAlert>;
}

interface Options {
  readonly kept?: readonly KeptAlert[];
  readonly heldUntil?: (kept: KeptAlert) => Date | undefined;
  readonly isShared?: boolean;
}

function begin({ kept = [], heldUntil = () => undefined, isShared = false }: Options = {}): Watched {
  const stored = new Map(kept.map((one) => [one.fingerprint, one]));
  const ledger = createLedger({
    kept,
    heldUntil,
    isShared: () => isShared,
    onChange(change) {
      if ("forget" in change) stored.delete(change.forget);
      else stored.set(change.keep.fingerprint, change.keep);
    },
  });
  return { ledger, stored };
}

/** The same alert about another quota. */
const about = (quota: string): Wanted => aWanted({ labels: { ...LABELS, quota } });
const states = (told: readonly ToldAlert[]) => told.map(({ labels, resolvedAt }) => [labels["quota"], resolvedAt]);

describe("an alert", () => {
  it("is news when it begins and when it ends, and not in between", () => {
    const { ledger } = begin();

    expect(states(ledger.update(MAIN, [about("q")], NOW))).toEqual([["q", undefined]]);
    expect(ledger.update(MAIN, [about("q")], inSeconds(15))).toEqual([]);
    expect(states(ledger.update(MAIN, [], inSeconds(30)))).toEqual([["q", inSeconds(30)]]);
    expect(ledger.update(MAIN, [], inSeconds(45))).toEqual([]);
  });

  it("keeps the time of its beginning, whatever the engine says later", () => {
    const { ledger } = begin();
    ledger.update(MAIN, [aWanted()], NOW);
    ledger.update(MAIN, [aWanted({ since: inSeconds(60) })], inSeconds(60));

    expect(ledger.due(inSeconds(60), REPEATED)).toMatchObject([{ since: NOW }]);
  });

  it("says the newest while it fires, and for good what it said last once it has ended", () => {
    const { ledger } = begin();
    const saying = (description: string) => aWanted({ annotate: () => ({ summary: "s", description }) });
    ledger.update(MAIN, [saying("first")], NOW);
    ledger.update(MAIN, [saying("second")], inSeconds(15));
    const [firing] = ledger.due(inSeconds(15), REPEATED);
    ledger.update(MAIN, [], inSeconds(30));
    const [ended] = ledger.due(inSeconds(60), REPEATED);

    expect(firing?.annotate(inSeconds(15)).description).toBe("second");
    expect(ended?.annotate(inSeconds(60)).description).toBe("second");
  });

  it("is asked for its numbers no more once it has ended", () => {
    const { ledger } = begin();
    ledger.update(MAIN, [aWanted()], NOW);
    const [ended] = ledger.update(MAIN, [], inSeconds(30));

    expect(ended?.annotate(inSeconds(600)).description).toBe(`at ${inSeconds(30).toISOString()}`);
  });

  it("that has ended is told for fifteen minutes and then forgotten", () => {
    const { ledger, stored } = begin();
    ledger.update(MAIN, [aWanted()], NOW);
    ledger.update(MAIN, [], inSeconds(60));

    expect(ledger.due(inSeconds(60 + REPEATED), REPEATED)).toHaveLength(1);
    expect(ledger.due(inSeconds(61 + REPEATED), REPEATED)).toEqual([]);
    expect([...stored]).toEqual([]);
  });

  it("that fires again is another one, and its end is no longer told", () => {
    const { ledger } = begin();
    ledger.update(MAIN, [aWanted()], NOW);
    ledger.update(MAIN, [], inSeconds(60));
    const news = ledger.update(MAIN, [aWanted({ since: inSeconds(120) })], inSeconds(120));

    expect(news).toMatchObject([{ since: inSeconds(120), resolvedAt: undefined }]);
    expect(ledger.due(inSeconds(120), REPEATED)).toEqual(news);
  });

  it("is the same whatever the order of its labels", () => {
    const { ledger } = begin();
    ledger.update(MAIN, [aWanted()], NOW);
    const turned = Object.fromEntries(Object.entries(LABELS).toReversed());

    expect(ledger.update(MAIN, [aWanted({ labels: turned })], inSeconds(15))).toEqual([]);
  });

  it("that stands twice in one evaluation is told once", () => {
    const { ledger } = begin();

    expect(ledger.update(MAIN, [aWanted(), aWanted()], NOW)).toHaveLength(1);
  });

  it("of another severity is another one: the old one ends as the new one begins", () => {
    const { ledger } = begin();
    ledger.update(MAIN, [aWanted({ labels: { ...LABELS, severity: "warning" } })], NOW);

    const news = ledger.update(MAIN, [aWanted()], inSeconds(15));

    expect(news.map(({ labels, resolvedAt }) => [labels["severity"], resolvedAt])).toEqual([
      ["critical", undefined],
      ["warning", inSeconds(15)],
    ]);
  });
});

describe("an alert that another daemon tells too", () => {
  it("is told no more when it ends here, and its end neither: it may still fire there", () => {
    const { ledger, stored } = begin({ isShared: true });
    ledger.update(MAIN, [aWanted()], NOW);

    expect([ledger.update(MAIN, [], inSeconds(60)), ledger.due(inSeconds(60), REPEATED)]).toEqual([[], []]);
    expect([...stored.values()]).toEqual([]);
  });

  it("is told at once when it fires again", () => {
    const { ledger } = begin({ isShared: true });
    ledger.update(MAIN, [aWanted()], NOW);
    ledger.update(MAIN, [], inSeconds(60));

    expect(ledger.update(MAIN, [aWanted({ since: inSeconds(200) })], inSeconds(200))).toMatchObject([
      { since: inSeconds(200), resolvedAt: undefined },
    ]);
  });

  it("ends no louder when its account is removed", () => {
    const { ledger } = begin({ isShared: true });
    ledger.update(MAIN, [aWanted()], NOW);

    expect([ledger.retain(new Set(), inSeconds(60)), ledger.due(inSeconds(60), REPEATED)]).toEqual([[], []]);
  });
});

describe("an account", () => {
  it("that is removed ends what fires on it at once, and no other", () => {
    const { ledger } = begin();
    ledger.update(MAIN, [about("one"), about("two")], NOW);
    ledger.update(OTHER, [aWanted({ labels: { ...LABELS, account: "other" } })], NOW);

    expect(states(ledger.retain(new Set([OTHER]), inSeconds(1)))).toEqual([
      ["one", inSeconds(1)],
      ["two", inSeconds(1)],
    ]);
    expect(ledger.retain(new Set([OTHER]), inSeconds(2))).toEqual([]);
  });

  it("that is removed ends also what is held", () => {
    const { ledger } = begin({ kept: [aKept()], heldUntil: () => inSeconds(600) });

    expect(ledger.retain(new Set(), NOW)).toMatchObject([{ resolvedAt: NOW }]);
  });

  it("without an alert is nothing to remember", () => {
    const { ledger, stored } = begin();

    expect([ledger.update(MAIN, [], NOW), ledger.due(NOW, REPEATED), stored.size]).toEqual([[], [], 0]);
  });
});

describe("after a restart", () => {
  /** Under the name that the ledger itself gives. */
  function keptBy(work: (ledger: Ledger) => void): readonly KeptAlert[] {
    const { ledger, stored } = begin();
    work(ledger);
    return [...stored.values()];
  }
  const fired = keptBy((ledger) => ledger.update(MAIN, [aWanted()], NOW));

  it("what fires still is no news and keeps its beginning", () => {
    const { ledger } = begin({ kept: fired });

    expect(ledger.update(MAIN, [aWanted({ since: inSeconds(300) })], inSeconds(300))).toEqual([]);
    expect(ledger.due(inSeconds(300), REPEATED)).toMatchObject([{ since: NOW, resolvedAt: undefined }]);
  });

  it("what has ended meanwhile ends", () => {
    const { ledger } = begin({ kept: fired });

    expect(ledger.update(MAIN, [], inSeconds(300))).toMatchObject([{ since: NOW, resolvedAt: inSeconds(300) }]);
  });

  it("what the engine has forgotten is held, told all the while, and ends when nobody fires it", () => {
    const { ledger } = begin({ kept: fired, heldUntil: () => inSeconds(600) });

    expect(ledger.update(MAIN, [], inSeconds(599))).toEqual([]);
    expect(ledger.due(inSeconds(599), REPEATED)).toMatchObject([{ since: NOW, resolvedAt: undefined }]);
    expect(ledger.update(MAIN, [], inSeconds(600))).toMatchObject([{ resolvedAt: inSeconds(600) }]);
  });

  it("what was held and fires again ends like any other", () => {
    const { ledger } = begin({ kept: fired, heldUntil: () => inSeconds(600) });

    expect(ledger.update(MAIN, [aWanted()], inSeconds(60))).toEqual([]);
    expect(ledger.update(MAIN, [], inSeconds(75))).toMatchObject([{ resolvedAt: inSeconds(75) }]);
  });

  it("an end goes on being told for what is left of its time", () => {
    const ended = keptBy((ledger) => {
      ledger.update(MAIN, [aWanted()], NOW);
      ledger.update(MAIN, [], inSeconds(60));
    });
    const { ledger, stored } = begin({ kept: ended });

    expect(ledger.update(MAIN, [], inSeconds(300))).toEqual([]);
    expect(ledger.due(inSeconds(300), REPEATED)).toMatchObject([{ resolvedAt: inSeconds(60) }]);
    expect(ledger.due(inSeconds(961), REPEATED)).toEqual([]);
    expect(stored.size).toBe(0);
  });

  it("what ended is not held, and is told anew when it fires", () => {
    const ended = keptBy((ledger) => {
      ledger.update(MAIN, [aWanted()], NOW);
      ledger.update(MAIN, [], inSeconds(60));
    });
    const { ledger } = begin({ kept: ended, heldUntil: () => inSeconds(6000) });

    expect(ledger.update(MAIN, [aWanted({ since: inSeconds(90) })], inSeconds(90))).toMatchObject([
      { since: inSeconds(90), resolvedAt: undefined },
    ]);
    expect(ledger.update(MAIN, [], inSeconds(105))).toMatchObject([{ resolvedAt: inSeconds(105) }]);
  });
});

it("a clock that is set back an hour ends nothing and forgets nothing", () => {
  const { ledger } = begin();
  ledger.update(MAIN, [about("firing"), about("ended")], NOW);
  ledger.update(MAIN, [about("firing")], inSeconds(60));

  expect(ledger.update(MAIN, [about("firing")], inSeconds(-3540))).toEqual([]);
  expect(states(ledger.due(inSeconds(-3540), REPEATED))).toEqual([
    ["firing", undefined],
    ["ended", inSeconds(60)],
  ]);
});

const QUOTAS = ["a", "b", "c"] as const;
/** What may happen from one evaluation to the next. */
const step = fc.record({
  seconds: fc.oneof(fc.constant(15), fc.integer({ min: 0, max: 1000 }), fc.constant(-3600)),
  firing: fc.subarray([...QUOTAS]),
  what: fc.constantFrom<Change>("update", "update", "update", "look", "remove", "restart"),
});

const identityOf = ({ fingerprint, labels, owner, quota, since, resolvedAt }: ToldAlert | KeptAlert) => ({
  ...{ fingerprint, labels, owner, quota, since, resolvedAt },
});
const sorted = (all: Iterable<ToldAlert | KeptAlert>) =>
  [...all].map(identityOf).toSorted((one, other) => (one.fingerprint < other.fingerprint ? -1 : 1));
const firingIn = (told: readonly ToldAlert[]) =>
  told.filter(({ resolvedAt }) => resolvedAt === undefined).map(({ quota }) => quota);

type Change = "update" | "remove" | "look" | "restart";

/** What the ledger says is new, and what fires afterwards; undefined where nothing was evaluated. */
function evaluate(ledger: Ledger, what: Change, firing: readonly string[], at: Date) {
  if (what === "update") return { news: ledger.update(MAIN, firing.map(about), at), firing };
  return what === "remove" ? { news: ledger.retain(new Set(), at), firing: [] } : undefined;
}

it("whatever happens: what fires is told, an end is told once, and what is kept is what is told", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let { ledger, stored } = begin();
      let at = NOW;
      let before: readonly string[] = [];
      for (const { seconds, firing, what } of steps) {
        at = new Date(at.getTime() + seconds * 1000);
        if (what === "restart") ({ ledger, stored } = begin({ kept: [...stored.values()] }));
        const { news, firing: now } = evaluate(ledger, what, firing, at) ?? { news: [], firing: before };
        const begun = now.filter((quota) => !before.includes(quota));
        const over = before.filter((quota) => !now.includes(quota));
        before = now;

        expect(firingIn(news).toSorted()).toEqual(begun.toSorted());
        expect(news.flatMap((one) => (one.resolvedAt === undefined ? [] : one.quota)).toSorted()).toEqual(
          over.toSorted(),
        );
        const told = ledger.due(at, REPEATED);
        expect(firingIn(told).toSorted()).toEqual(now.toSorted());
        expect(sorted(stored.values())).toEqual(sorted(told));
      }
    }),
  );
});
