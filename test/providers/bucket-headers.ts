import { describe, expect, it } from "vitest";
import type { AccountReading, Unit } from "../../src/quota/reading.ts";
import { NOW } from "./read-account.ts";

type Headers = Readonly<Record<string, string>>;

/** How one provider writes its per-minute buckets into headers. */
interface BucketDialect {
  /** One read of an account whose only headers of this kind are these. */
  readonly read: (headers: Headers) => Promise<AccountReading>;
  readonly header: (field: "limit" | "remaining" | "reset", bucket: string) => string;
  /** Every bucket that is read, in the order of the readings. */
  readonly buckets: readonly [bucket: string, quota: string, unit: Unit][];
  /** Forms of a reset that was seen, and how many seconds after the read it is. */
  readonly resets: readonly [written: string, seconds: number][];
  /** Forms of a reset that is not to come: over, now, or nothing that can be read. */
  readonly notToCome: readonly string[];
  /** Headers that tell something else. */
  readonly others: readonly [name: string, headers: Headers][];
}

/** A remainder that is none. Each gives no reading; none of them may become a zero. */
const UNREADABLE: readonly [name: string, text: string][] = [
  ["in words", "many"],
  ["as -1", "-1"],
  ["as nothing", ""],
  ["with an exponent", "1e3"],
  ["with more digits than a number holds", "9".repeat(16)],
  ["twice", "5, 7"],
  ["as NaN", "NaN"],
  ["as Infinity", "Infinity"],
];

/** The cases that hold for every provider whose buckets stand in headers. */
export function describeBucketHeaders(dialect: BucketDialect): void {
  const { read, header, buckets, resets, notToCome, others } = dialect;
  const [bucket, quota, unit] = buckets[0] ?? ["", "", "requests"];
  const common = { kind: "rate_limit", readAt: NOW, enforcement: "hard", source: "headers", confidence: "reported" };
  const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  const [written, seconds] = resets[0] ?? ["", 0];
  const full = (name: string, limit: number) => ({
    [header("limit", name)]: String(limit),
    [header("remaining", name)]: String(limit - 1),
    [header("reset", name)]: written,
  });

  describe("the headers of its buckets", () => {
    it("tell limit, rest and reset of each, and no period, which no header tells", async () => {
      const headers = buckets.map(([name], index) => full(name, 1000 * (index + 1)));

      expect((await read(Object.assign({}, ...headers))).readings).toEqual(
        buckets.map(([, id, of], index) => {
          const limit = 1000 * (index + 1);
          return { ...common, quota: id, unit: of, limit, remaining: limit - 1, resetAt: at(seconds) };
        }),
      );
    });

    it.each(buckets)("may be those of %s alone", async (name, id) => {
      expect((await read(full(name, 10))).readings).toMatchObject([{ quota: id, limit: 10, remaining: 9 }]);
    });

    it("may be in any case", async () => {
      const loud = Object.entries(full(bucket, 10)).map(([name, value]) => [name.toUpperCase(), value]);

      expect((await read(Object.fromEntries(loud))).readings).toMatchObject([{ quota, limit: 10, remaining: 9 }]);
    });

    it("may tell what is left without a limit", async () => {
      const headers = { [header("remaining", bucket)]: "7" };

      expect((await read(headers)).readings).toEqual([{ ...common, quota, unit, remaining: 7 }]);
    });

    it("may separate thousands", async () => {
      const headers = { [header("limit", bucket)]: "30,000", [header("remaining", bucket)]: "29,500" };

      expect((await read(headers)).readings).toMatchObject([{ limit: 30_000, remaining: 29_500 }]);
    });

    it.each(resets)("may write a reset as %s", async (text, after) => {
      const headers = { ...full(bucket, 10), [header("reset", bucket)]: text };

      expect((await read(headers)).readings).toMatchObject([{ resetAt: at(after) }]);
    });

    it.each([...notToCome, "soon", "", "-5", "1e9"])("have no reset to come when it is %j", async (text) => {
      const headers = { ...full(bucket, 10), [header("reset", bucket)]: text };

      expect((await read(headers)).readings).toEqual([{ ...common, quota, unit, limit: 10, remaining: 9 }]);
    });

    it.each(UNREADABLE)("give no reading, rather than zero, for what is left %s", async (_name, text) => {
      const headers = { ...full(bucket, 10), [header("remaining", bucket)]: text };

      expect((await read(headers)).readings).toEqual([]);
    });

    it.each<[name: string, headers: Headers]>([
      ["a limit alone, which does not say what is left", { [header("limit", bucket)]: "10" }],
      ["a reset alone", { [header("reset", bucket)]: written }],
      ...others,
    ])("give no reading, rather than zero, for %s", async (_name, headers) => {
      expect((await read(headers)).readings).toEqual([]);
    });
  });
}
