import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { at, DAY, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

interface Kind {
  readonly name: string;
  /** When its windows begin and end. */
  readonly edges: readonly string[];
  /** What the provider tells of their length; nothing where it tells none. */
  readonly periodSeconds?: number;
  readonly every: number;
}

const CALENDARS: readonly Kind[] = [
  {
    name: "a day in UTC",
    edges: ["2026-11-18T00:00Z", "2026-11-19T00:00Z", "2026-11-20T00:00Z", "2026-11-21T00:00Z"],
    ...{ periodSeconds: DAY, every: 5 * MINUTE },
  },
  {
    name: "a day in Kolkata, half an hour off the hour",
    edges: ["2026-11-17T18:30Z", "2026-11-18T18:30Z", "2026-11-19T18:30Z", "2026-11-20T18:30Z"],
    ...{ periodSeconds: DAY, every: 5 * MINUTE },
  },
  {
    name: "a day in Berlin, one of which has 23 hours",
    edges: ["2027-03-26T23:00Z", "2027-03-27T23:00Z", "2027-03-28T22:00Z", "2027-03-29T22:00Z"],
    ...{ periodSeconds: DAY, every: 5 * MINUTE },
  },
  {
    name: "a day in New York, one of which has 25 hours",
    edges: ["2027-11-06T04:00Z", "2027-11-07T04:00Z", "2027-11-08T05:00Z", "2027-11-09T05:00Z"],
    ...{ periodSeconds: DAY, every: 5 * MINUTE },
  },
  {
    name: "a week from Monday",
    edges: ["2026-11-16T00:00Z", "2026-11-23T00:00Z", "2026-11-30T00:00Z", "2026-12-07T00:00Z"],
    ...{ periodSeconds: 7 * DAY, every: 15 * MINUTE },
  },
  {
    name: "a billing month that begins on the 29th",
    edges: ["2026-12-29T09:41Z", "2027-01-29T09:41Z", "2027-02-28T09:41Z", "2027-03-29T09:41Z"],
    ...{ periodSeconds: 30 * DAY, every: HOUR },
  },
  {
    name: "a billing month that begins on the 30th, in a leap year",
    edges: ["2027-12-30T00:00Z", "2028-01-30T00:00Z", "2028-02-29T00:00Z", "2028-03-30T00:00Z"],
    ...{ periodSeconds: 30 * DAY, every: HOUR },
  },
  {
    name: "a billing month that begins on the 31st, of untold length",
    edges: ["2026-12-31T00:00Z", "2027-01-31T00:00Z", "2027-02-28T00:00Z", "2027-03-31T00:00Z"],
    every: HOUR,
  },
];

const secondsOf = (instant: string) => (Date.parse(instant) - at(0).getTime()) / 1000;

interface Told1 {
  readonly told: Told;
  readonly window: number;
}

/** Every reading of its windows, the first just after the first begins; `used` gives the share used from the share gone by. */
function tell({ edges, every }: Kind, used: (gone: number, window: number) => number): Told1[] {
  const starts = edges.map(secondsOf);
  const [first = 0] = starts;
  const last = starts.at(-1) ?? 0;
  return Array.from({ length: Math.floor((last - first) / every) }, (_, index) => {
    const now = first + index * every + 1;
    const window = starts.findLastIndex((start) => start <= now);
    const start = starts[window] ?? 0;
    const end = starts[window + 1] ?? last;
    const share = Math.min(1, used((now - start) / (end - start), window));
    return { window, told: { remaining: 1000 * (1 - share), resetAt: at(end) } };
  });
}

function live(kind: Kind, told: readonly Told1[]): QuotaSnapshot[] {
  const run = startRun({
    reading: { quota: "window", kind: "calendar", unit: "requests", limit: 1000, periodSeconds: kind.periodSeconds },
    account: { staleAfterSeconds: DAY },
  });
  run.pass(secondsOf(kind.edges[0] ?? "") + 1 - kind.every);
  return run.readEach(
    kind.every,
    told.map(({ told: reading }) => reading),
  );
}

const isPage = ({ severity }: QuotaSnapshot) => severity === "critical";

describe.each(CALENDARS)("$name", (kind) => {
  it("pages nobody while 95 % of it is used evenly, and counts each reset once", () => {
    const snapshots = live(
      kind,
      tell(kind, (gone) => 0.95 * gone),
    );

    expect(snapshots.filter(isPage)).toEqual([]);
    expect(snapshots.at(-1)).toMatchObject({ state: "ok", resetsTotal: kind.edges.length - 2 });
    expect(snapshots.at(-1)?.unusedAtResetRatio).toBeGreaterThan(0.05);
    expect(snapshots.at(-1)?.unusedAtResetRatio).toBeLessThan(0.06);
  });

  it("pages before it runs out when it is used twice as fast as would last, once, and in that window only", () => {
    const told = tell(kind, (gone, window) => (window === 1 ? 2 : 0.5) * gone);
    const paged = live(kind, told).flatMap((quota, index) => (isPage(quota) ? [index] : []));
    const empty = told.findIndex(({ told: { remaining } }) => remaining === 0);
    const [first = Infinity] = paged;

    // A twentieth of the window, and what half of it takes.
    expect(empty - first).toBeGreaterThan((0.05 * told.length) / 3);
    expect(paged.at(-1)).toBe(first + paged.length - 1);
    expect(told[first]?.window).toBe(1);
    expect(told[(paged.at(-1) ?? 0) + 1]?.window).toBe(2);
  });
});

/** A window of five hours that opens with first use, told in whole percents each minute. */
const SESSION: Told = { quota: "session", kind: "rolling", unit: "ratio", limit: 1, periodSeconds: 5 * HOUR };

/** Three sessions with an hour between them in which none is open. */
function sessions(used: (gone: number, session: number) => number): Told[] {
  return [0, 1, 2].flatMap((session) =>
    Array.from({ length: 360 }, (_, minute): Told => {
      if (minute < 60) return { remaining: 1, resetAt: undefined };
      const gone = (minute - 60) / 300;
      const percent = Math.floor(100 * Math.min(1, used(gone, session)));
      return { remaining: 1 - percent / 100, resetAt: at((session * 360 + 61) * MINUTE + 5 * HOUR) };
    }),
  );
}

describe("a rolling window that opens with first use, in whole percents", () => {
  it("pages nobody while 95 % of it is used evenly, and counts each reset once", () => {
    const snapshots = startRun({ reading: SESSION }).readEach(
      MINUTE,
      sessions((gone) => 0.95 * gone),
    );

    expect(snapshots.filter(isPage)).toEqual([]);
    expect(snapshots.at(-1)).toMatchObject({ resetsTotal: 2 });
  });

  it("pages before it runs out when it is used twice as fast as would last, in that window only", () => {
    const told = sessions((gone, session) => (session === 1 ? 2 : 0.5) * gone);
    const paged = startRun({ reading: SESSION })
      .readEach(MINUTE, told)
      .flatMap((quota, index) => (isPage(quota) ? [index] : []));
    const empty = told.findIndex(({ remaining }) => remaining === 0);
    const [first = Infinity] = paged;

    expect(empty - first).toBeGreaterThan(15);
    expect(first).toBeGreaterThan(360);
    expect(paged.at(-1)).toBeLessThan(720 + 60);
    expect(paged.at(-1)).toBe(first + paged.length - 1);
  });
});

/** Five hours that use leaves piece by piece; what was used at each minute gives what is left. */
const SLIDING: Told = { quota: "sliding", kind: "rolling", sliding: true, limit: 1000, periodSeconds: 5 * HOUR };

function sliding(perMinute: (minute: number) => number, minutes: number): Told[] {
  const used = Array.from({ length: minutes }, (_, minute) => perMinute(minute));
  return used.flatMap((_, minute) => {
    if (minute % 5 > 0) return [];
    const inWindow = used.slice(Math.max(0, minute - 299), minute + 1).reduce((sum, one) => sum + one, 0);
    return [{ unit: "requests" as const, remaining: Math.max(0, 1000 - inWindow) }];
  });
}

describe("a sliding window", () => {
  it("pages nobody while use stays at 90 % of it, from the first use on", () => {
    const snapshots = startRun({ reading: SLIDING }).readEach(
      5 * MINUTE,
      sliding(() => 3, 40 * 60),
    );

    expect(snapshots.filter(isPage)).toEqual([]);
    expect(snapshots.at(-1)).toMatchObject({ state: "ok", resetsTotal: 0 });
  });

  it("pages before nothing is left when use triples", () => {
    const told = sliding((minute) => (minute < 20 * 60 ? 2 : 6), 26 * 60);
    const snapshots = startRun({ reading: SLIDING }).readEach(5 * MINUTE, told);
    const first = snapshots.findIndex(isPage);

    expect(first).toBeGreaterThan(20 * 12);
    expect(told.findIndex(({ remaining }) => remaining === 0) - first).toBeGreaterThanOrEqual(3);
  });
});

/** A bucket of a thousand that fills itself in five hours. */
const REFILL = 1000 / (5 * HOUR);
const BUCKET: Told = {
  ...{ quota: "bucket", kind: "rolling", unit: "requests", limit: 1000 },
  ...{ refillPerSecond: REFILL, periodSeconds: 5 * HOUR },
};

function bucket(perMinute: (minute: number) => number, minutes: number): Told[] {
  let remaining = 1000;
  return Array.from({ length: minutes }, (_, minute) => {
    remaining = Math.max(0, Math.min(1000, remaining + REFILL * MINUTE) - perMinute(minute));
    return { remaining };
  });
}

describe("a bucket that regenerates", () => {
  it("pages nobody while use stays under what flows in", () => {
    const snapshots = startRun({ reading: BUCKET }).readEach(
      MINUTE,
      bucket(() => 3, 20 * 60),
    );

    expect(snapshots.filter(isPage)).toEqual([]);
    expect(snapshots.at(-1)).toMatchObject({ state: "ok" });
  });
});

/** The spend of a month, which the provider adds up only now and then. */
const SPEND: Told = {
  ...{ quota: "spend", kind: "calendar", unit: "usd", limit: 300 },
  ...{ periodSeconds: 30 * DAY, resetAt: at(30 * DAY) },
};

/** Dollars of spend, told `lag` late and only every so many minutes. */
const lagging = (perDay: number, lag: number, every: number): Told[] =>
  Array.from({ length: 28 * 48 }, (_, index) => {
    const seen = Math.max(0, Math.floor(((index + 1) * 1800 - lag) / every) * every);
    return { remaining: Math.max(0, 300 - (perDay * seen) / DAY) };
  });

describe.each([
  { lag: 10 * MINUTE, every: HOUR },
  { lag: 2 * HOUR, every: 4 * HOUR },
  { lag: 6 * HOUR, every: DAY },
])("spend that is told $lag s late, every $every s", ({ lag, every }) => {
  const run = () => startRun({ reading: SPEND, account: { staleAfterSeconds: DAY } });

  it("pages nobody while it stays within its month", () => {
    expect(
      run()
        .readEach(1800, lagging(9.3, lag, every))
        .filter(({ severity }) => severity !== "none" && severity !== "info"),
    ).toEqual([]);
  });

  it("pages a day or more before it is told to be gone, in one piece", () => {
    const told = lagging(15, lag, every);
    const isPaged = run().readEach(1800, told).map(isPage);
    const empty = told.findIndex(({ remaining }) => remaining === 0);

    expect(empty - isPaged.indexOf(true)).toBeGreaterThanOrEqual(48);
    expect(isPaged.filter((page, index) => page !== (isPaged[index - 1] ?? false))).toEqual([true]);
  });
});
