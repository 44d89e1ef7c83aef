import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { State } from "../../src/quota/state.ts";
import { at, DAY, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const YEAR = 365 * DAY;

interface Odd {
  readonly name: string;
  /** Seconds from the poll before. */
  readonly after: number;
  readonly told: Told;
  /** What it leads to when it comes once, when it goes on for an hour, and when readings are then as before. */
  readonly once: State;
  readonly on: State;
  readonly ends: State;
}

/** What docs/decisions/0003-what-a-reading-may-do.md says of odd readings; each comes into an hour of calm. */
const ODD: readonly Odd[] = [
  { name: "older than the one before", after: -10 * MINUTE, told: {}, once: "ok", on: "ok", ends: "ok" },
  { name: "years older", after: -5 * YEAR, told: {}, once: "ok", on: "ok", ends: "ok" },
  { name: "from the future", after: 3 * HOUR - MINUTE, told: {}, once: "ok", on: "ok", ends: "ok" },
  { name: "years later", after: 5 * YEAR, told: {}, once: "ok", on: "ok", ends: "ok" },
  { name: "with a limit of zero", after: MINUTE, told: { limit: 0 }, once: "ok", on: "ok", ends: "ok" },
  {
    name: "with a limit of zero and nothing left",
    after: MINUTE,
    told: { limit: 0, remaining: 0 },
    once: "ok",
    on: "exhausted",
    ends: "ok",
  },
  { name: "with a negative limit", after: MINUTE, told: { limit: -1000 }, once: "ok", on: "ok", ends: "ok" },
  { name: "with more left than the limit", after: MINUTE, told: { remaining: 5000 }, once: "ok", on: "ok", ends: "ok" },
  { name: "with less than nothing used", after: MINUTE, told: { used: -50 }, once: "ok", on: "ok", ends: "ok" },
  {
    name: "in another unit",
    after: MINUTE,
    told: { unit: "tokens", limit: 1_000_000, remaining: 10_000 },
    once: "ok",
    on: "ok",
    ends: "ok",
  },
  {
    name: "in a unit of which nothing is left",
    after: MINUTE,
    told: { unit: "usd", limit: 5, remaining: 0 },
    once: "ok",
    on: "exhausted",
    ends: "ok",
  },
  {
    name: "with a reset that is long past",
    after: MINUTE,
    told: { resetAt: at(-YEAR) },
    once: "ok",
    on: "ok",
    ends: "ok",
  },
  {
    name: "of another kind",
    after: MINUTE,
    told: { kind: "credits", unit: "usd", limit: undefined, remaining: 7, resetAt: undefined },
    once: "ok",
    on: "ok",
    ends: "ok",
  },
  {
    name: "without any number",
    after: MINUTE,
    told: { limit: undefined, remaining: undefined },
    once: "ok",
    on: "unknown",
    ends: "ok",
  },
];

/** Half a request a minute: an eighth of what would last. */
const calm = (from: number, count: number): Told[] =>
  Array.from({ length: count }, (_, index) => ({ remaining: from - 0.5 * (index + 1) }));

const isPage = ({ severity, alerts }: QuotaSnapshot) =>
  severity === "critical" || alerts.some(({ alert }) => alert === "LLMQuotaWillExhaust");

/** Every number and time that is shown but is none. */
function oddNumbers(value: unknown, path = "quota"): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => oddNumbers(inner, `${path}.${key}`));
}

describe.each(ODD)("a reading $name", ({ after, told, once, on, ends }) => {
  const begin = () => {
    const run = startRun({ account: { staleAfterSeconds: HOUR } });
    run.readEach(MINUTE, calm(1000, 60));
    return run;
  };
  const odd = { remaining: 969, ...told };
  const back = (run: ReturnType<typeof begin>) => {
    run.pass(after > MINUTE || after < 0 ? 62 * MINUTE - run.now() : 0);
    return run.readEach(MINUTE, calm(968, 60));
  };

  it(`is ${once} when it comes once, pages nobody and shows no number that is none`, () => {
    const run = begin();
    const first = run.readEach(after, [odd]);
    const all = [...first, ...back(run)];

    expect(first.map(({ state }) => state)).toEqual([once]);
    expect(all.flatMap((quota) => oddNumbers(quota))).toEqual([]);
    expect(all.filter(isPage)).toEqual([]);
    expect(all.at(-1)?.state).toBe("ok");
  });

  it(`is ${on} when it goes on for an hour, and ${ends} after it`, () => {
    const run = begin();
    const all = [
      ...run.readEach(after, [odd]),
      ...run.readEach(
        MINUTE,
        Array.from({ length: 60 }, () => odd),
      ),
    ];
    const afterwards = back(run);

    expect(all.at(-1)?.state).toBe(on);
    expect([...all, ...afterwards].flatMap((quota) => oddNumbers(quota))).toEqual([]);
    expect(all.filter(isPage).map(({ state }) => state)).toEqual(
      on === "exhausted" ? all.filter(isPage).map(() => "exhausted") : [],
    );
    expect(afterwards.at(-1)?.state).toBe(ends);
  });
});
