import { type MappingText, mapping } from "../../src/mapping/mapping.ts";
import type { Surroundings } from "../../src/mapping/names.ts";
import type { Trace } from "../../src/mapping/trace.ts";
import { workOn } from "../../src/mapping/work.ts";
import type { Reading } from "../../src/quota/reading.ts";

/** A Saturday noon. */
export const NOW = new Date("2026-11-21T12:00:00Z");

export const SURROUNDINGS: Surroundings = {
  now: NOW,
  status: 200,
  path: "/v1/usage",
  page: 1,
  host: "api.acme.example",
  variables: { region: "eu" },
};

type ReadingText = MappingText["readings"][number];

/** What every reading of these tests has, unless it says otherwise. */
export const DAILY = { quota: "daily", kind: "calendar", unit: "requests" } as const satisfies Partial<ReadingText>;
export const common = { readAt: NOW, source: "api", confidence: "reported", enforcement: "hard" } as const;

export interface Run {
  readonly readings: readonly Reading[];
  readonly plan: string | undefined;
  readonly dropped: number | undefined;
  readonly traces: readonly Trace[];
}

/** What a mapping with these readings makes of an answer, in this thread. */
export async function run(
  readings: readonly ReadingText[],
  answer: unknown,
  more: Partial<MappingText> = {},
): Promise<Run> {
  const rules = mapping.parse({ request: { path: "/v1/usage" }, readings, ...more });
  const traces: Trace[] = [];
  const job = {
    work: "extract",
    readings: rules.readings,
    plan: rules.plan,
    answer,
    surroundings: SURROUNDINGS,
  } as const;
  const told = await workOn(job, { begins: () => undefined, found: (trace) => traces.push(trace) });
  if (typeof told !== "object") throw new Error("a mapping tells readings");
  return { readings: told.readings, plan: told.plan, dropped: told.dropped, traces };
}

/** The one reading of a mapping that has one. */
export async function one(reading: Partial<ReadingText>, answer: unknown): Promise<Reading> {
  const { readings } = await run([{ ...DAILY, ...reading }], answer);
  const [found] = readings;
  if (found === undefined || readings.length !== 1) throw new Error(`${readings.length} readings in place of one`);
  return found;
}

/** Why an answer does not fit. */
export async function misfit(reading: Partial<ReadingText>, answer: unknown): Promise<string> {
  return run([{ ...DAILY, ...reading }], answer).then(
    () => "it fits",
    (error: Error) => error.message,
  );
}
