import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { at, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

/** One poll of a story: what is told, and by which clock. */
interface Poll {
  readonly minute: number;
  readonly told: Told;
}

/** Requests used of each window of four hours, by the minutes that have gone by in it. */
const EVEN = (gone: number) => (950 * gone) / 240;
/** An hour of even use, then six times as fast: gone 138 minutes into the window. */
const BURST = (gone: number) => 2 * Math.min(gone, 60) + 12 * Math.max(0, gone - 60);

/** Three windows of polls a minute apart; in the second one use is as given, else it is even. */
const story = (used: (gone: number) => number): Poll[] =>
  Array.from({ length: 720 }, (_, minute) => {
    const window = Math.floor(minute / 240);
    const use = (window === 1 ? used : EVEN)(minute - window * 240);
    return { minute, told: { remaining: Math.max(0, 1000 - use), resetAt: at((window + 1) * 4 * HOUR) } };
  });

const shifted = ({ told }: Poll, seconds: number): Told => ({
  ...told,
  resetAt: new Date((told.resetAt?.getTime() ?? 0) + seconds * 1000),
});

interface Defect {
  readonly name: string;
  readonly spoil: (polls: readonly Poll[]) => Poll[];
  /** Minutes that a page may come later for it. */
  readonly later?: number;
  /** Resets that are believed until the readings are back where they were. */
  readonly lies?: number;
}

const DEFECTS: readonly Defect[] = [
  { name: "none", spoil: (polls) => [...polls] },
  { name: "every third poll missing", spoil: (polls) => polls.filter(({ minute }) => minute % 3 !== 0), later: 2 },
  {
    name: "no polls for forty minutes",
    spoil: (polls) => polls.filter(({ minute }) => minute < 250 || minute >= 290),
  },
  { name: "no polls over a reset", spoil: (polls) => polls.filter(({ minute }) => minute < 225 || minute >= 255) },
  { name: "each reading told twice", spoil: (polls) => polls.flatMap((poll) => [poll, poll]) },
  {
    name: "each reading told again by the next poll",
    spoil: (polls) => polls.map(({ minute }, index) => ({ minute, told: polls[index - (index % 2)]?.told ?? {} })),
    later: 2,
  },
  {
    name: "one reading in ten three minutes old",
    spoil: (polls) =>
      polls.map(({ minute, told }, index) => ({
        minute,
        told: index % 10 === 3 ? (polls[Math.max(0, index - 3)]?.told ?? told) : told,
      })),
    later: 2,
  },
  {
    name: "a window that seems full for one read",
    spoil: (polls) =>
      polls.map((poll) => (poll.minute === 320 ? { ...poll, told: { ...poll.told, remaining: 1000 } } : poll)),
    later: 2,
  },
  {
    name: "readings that go back by half an hour and come again",
    spoil: (polls) =>
      polls.map(({ minute, told }) => ({
        minute,
        told: minute >= 280 && minute < 285 ? (polls[minute - 30]?.told ?? told) : told,
      })),
    ...{ later: 2, lies: 1 },
  },
  {
    name: "a window that seems as it was half an hour ago, for half an hour",
    spoil: (polls) =>
      polls.map(({ minute, told }) => ({
        minute,
        told: minute >= 265 && minute < 295 ? (polls[250]?.told ?? told) : told,
      })),
    ...{ later: 5, lies: 1 },
  },
  {
    name: "a reset time that jitters by two and a half minutes",
    spoil: (polls) => polls.map((poll) => ({ ...poll, told: shifted(poll, ((poll.minute * 7) % 11) * 30 - 150) })),
  },
  {
    name: "a reset that comes three minutes late",
    spoil: (polls) =>
      polls.map((poll) => (poll.minute >= 240 && poll.minute < 243 ? { ...poll, told: polls[239]?.told ?? {} } : poll)),
    later: 2,
  },
  {
    name: "a clock that is an hour ahead for ten minutes",
    spoil: (polls) =>
      polls.map(({ minute, told }) => ({ minute: minute >= 20 && minute < 30 ? minute + 60 : minute, told })),
  },
  {
    name: "a clock that is set back by five minutes for good",
    spoil: (polls) => polls.map(({ minute, told }) => ({ minute: minute < 100 ? minute : minute - 5, told })),
    later: 5,
  },
];

function live(polls: readonly Poll[]): QuotaSnapshot[] {
  const run = startRun({ account: { staleAfterSeconds: HOUR } });
  return polls.map(({ minute, told }) => {
    run.pass(minute * MINUTE - run.now());
    return run.read(told);
  });
}

const isPage = ({ severity }: QuotaSnapshot) => severity === "critical";

describe.each(DEFECTS)("with this defect of readings: $name", ({ spoil, later = 0, lies = 0 }) => {
  it("even use of 95 % pages nobody, and no more is counted than was used", () => {
    const snapshots = live(spoil(story(EVEN)));

    expect(snapshots.filter(isPage)).toEqual([]);
    expect(snapshots.map(({ state }) => state)).not.toContain("exhausted");
    expect(snapshots.at(-1)?.consumedTotal).toBeLessThanOrEqual(3 * 950);
    expect(snapshots.at(-1)?.resetsTotal).toBe(2 + lies);
  });

  it("a sixfold burst pages within a quarter of an hour, and in one piece", () => {
    const polls = spoil(story(BURST));
    const snapshots = live(polls);
    const paged = snapshots.flatMap((quota, index) => (isPage(quota) ? [index] : []));
    const [first = Infinity] = paged;

    expect(polls[first]?.minute).toBeGreaterThan(240 + 60 - 5);
    // The first reading that tells of it comes a minute after it began.
    expect(polls[first]?.minute).toBeLessThanOrEqual(240 + 61 + 15 + later);
    expect(paged).toEqual(Array.from(paged, (_, index) => first + index));
    expect(polls[paged.at(-1) ?? 0]?.minute).toBeLessThanOrEqual(480 + 5);
  });
});

describe("a window that changes under way", () => {
  const run = () => startRun({ account: { staleAfterSeconds: HOUR } });
  const evenly = (from: number, count: number, told: Told = {}): Told[] =>
    Array.from({ length: count }, (_, index) => ({ ...told, remaining: from - 3 * (index + 1) }));

  it.each<{ name: string; after: Told[]; counted: Partial<QuotaSnapshot> }>([
    {
      name: "reset before its time",
      after: evenly(1000, 60, { resetAt: at(5.5 * HOUR) }),
      counted: { resetsTotal: 1, limitChangesTotal: 0, consumedTotal: 3 * 119 },
    },
    {
      name: "given twice the limit",
      after: evenly(1820, 60, { limit: 2000 }),
      counted: { resetsTotal: 0, limitChangesTotal: 1 },
    },
    {
      name: "cut by a tenth of the limit",
      after: evenly(720, 60, { limit: 900 }),
      counted: { resetsTotal: 0, limitChangesTotal: 1 },
    },
  ])("and is $name pages nobody", ({ after, counted }) => {
    const snapshots = run().readEach(MINUTE, [...evenly(1000, 60), ...after]);

    expect(snapshots.filter(isPage)).toEqual([]);
    expect(snapshots.at(-1)).toMatchObject(counted);
  });
});
