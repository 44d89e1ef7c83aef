import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { firstIndex, itemOf } from "./numbers.ts";

const UNITS = ["requests", "tokens"] as const;
export type TraceUnit = (typeof UNITS)[number];

const Manifest = z.array(
  z.object({
    name: z.string(),
    file: z.string(),
    bucket_seconds: z.number().positive(),
    start_unix: z.number(),
    duration_seconds: z.number().positive(),
    units: z.array(z.enum(UNITS)).min(1),
    family: z.string(),
  }),
);

/** One recording as `traces.json` describes it. */
export type TraceFacts = Readonly<z.infer<typeof Manifest>[number]>;

export async function readManifest(folder: string): Promise<readonly TraceFacts[]> {
  return Manifest.parse(JSON.parse(await readFile(join(folder, "traces.json"), "utf8")));
}

export async function readTrace(folder: string, facts: TraceFacts): Promise<ReadonlyMap<TraceUnit, Trace>> {
  const lines = (await readFile(join(folder, facts.file), "utf8")).split("\n");
  const columns = itemOf(lines, 0).split(",");
  return new Map(
    facts.units.map((unit) => {
      const column = columns.indexOf(unit);
      if (column < 0) throw new Error(`${facts.file}: no column ${unit}`);
      return [unit, new Trace(facts, unit, cumulated(lines.slice(1), column, facts))];
    }),
  );
}

/** The sum of all use up to each edge of a bucket. Buckets without use are not in the file. */
function cumulated(rows: readonly string[], column: number, facts: TraceFacts): Float64Array {
  const sums = new Float64Array(Math.ceil(facts.duration_seconds / facts.bucket_seconds) + 1);
  for (const row of rows) {
    const cells = row.split(",");
    const value = cells[column] ?? "";
    const bucket = Math.floor(Number(cells[0]) / facts.bucket_seconds);
    if (value !== "" && bucket >= 0 && bucket + 1 < sums.length)
      sums[bucket + 1] = itemOf(sums, bucket + 1) + Number(value);
  }
  for (let edge = 1; edge < sums.length; edge++) sums[edge] = itemOf(sums, edge - 1) + itemOf(sums, edge);
  return sums;
}

/** What people would have used had there been no limit: a cumulative curve, even within each bucket. Times in unix seconds. */
export class Trace {
  readonly name: string;
  readonly family: string;
  readonly unit: TraceUnit;
  readonly start: number;
  readonly end: number;
  readonly #bucket: number;
  readonly #sums: Float64Array;

  constructor(
    facts: Pick<TraceFacts, "name" | "family" | "bucket_seconds" | "start_unix">,
    unit: TraceUnit,
    sums: Float64Array,
  ) {
    this.name = facts.name;
    this.family = facts.family;
    this.unit = unit;
    this.start = facts.start_unix;
    this.end = facts.start_unix + (sums.length - 1) * facts.bucket_seconds;
    this.#bucket = facts.bucket_seconds;
    this.#sums = sums;
  }

  /** Demand from the beginning of the trace to `time`. */
  until(time: number): number {
    const position = (time - this.start) / this.#bucket;
    const last = this.#sums.length - 1;
    if (position <= 0) return 0;
    if (position >= last) return itemOf(this.#sums, last);
    const index = Math.floor(position);
    const sum = itemOf(this.#sums, index);
    return sum + (itemOf(this.#sums, index + 1) - sum) * (position - index);
  }

  between(from: number, to: number): number {
    return this.until(to) - this.until(from);
  }

  /** When the demand since the beginning reaches `sum`; undefined if it never does. */
  timeOf(sum: number): number | undefined {
    const sums = this.#sums;
    if (sum > itemOf(sums, sums.length - 1)) return undefined;
    const edge = firstIndex(sums.length - 1, (index) => itemOf(sums, index) >= sum);
    if (edge === 0) return this.start;
    const before = itemOf(sums, edge - 1);
    const inBucket = itemOf(sums, edge) - before;
    return this.start + (edge - 1 + (inBucket > 0 ? (sum - before) / inBucket : 1)) * this.#bucket;
  }

  /** The first instant from `time` on at which something is used; undefined if nothing is any more. */
  nextDemand(time: number): number | undefined {
    const sum = this.until(time);
    const sums = this.#sums;
    for (let index = Math.max(0, Math.floor((time - this.start) / this.#bucket)); index < sums.length - 1; index++) {
      const reached = itemOf(sums, index + 1);
      if (reached <= sum + 1e-9) continue;
      return reached > itemOf(sums, index) ? Math.max(time, this.start + index * this.#bucket) : time;
    }
    return undefined;
  }
}
