import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { createReplay } from "../engine/replay.ts";
import type { EngineSettings } from "../engine/settings.ts";
import { ENFORCEMENTS, KINDS, type Reading, UNITS } from "../quota/reading.ts";

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const Seconds = z.number().min(-8.64e12).max(8.64e12);

const Sample = z.object({
  quota_id: z.string().min(1),
  t: Seconds,
  kind: z.enum(KINDS),
  unit: z.enum(UNITS),
  limit: optional(z.number()),
  remaining: optional(z.number()),
  used: optional(z.number()),
  reset_at: optional(Seconds),
  expires_at: optional(Seconds),
  period_seconds: optional(z.number().positive()),
  sliding: optional(z.boolean()),
  refill_per_second: optional(z.number().nonnegative()),
  enforcement: optional(z.enum(ENFORCEMENTS)),
});

const dateOf = (seconds: number) => new Date(seconds * 1000);

function toReading(sample: z.infer<typeof Sample>): Reading {
  return {
    quota: "quota",
    kind: sample.kind,
    unit: sample.unit,
    readAt: dateOf(sample.t),
    enforcement: sample.enforcement ?? "hard",
    source: "api",
    confidence: "reported",
    ...(sample.limit !== undefined && { limit: sample.limit }),
    ...(sample.remaining !== undefined && { remaining: sample.remaining }),
    ...(sample.used !== undefined && { used: sample.used }),
    ...(sample.reset_at !== undefined && { resetAt: dateOf(sample.reset_at) }),
    ...(sample.expires_at !== undefined && { expiresAt: dateOf(sample.expires_at) }),
    ...(sample.period_seconds !== undefined && { periodSeconds: sample.period_seconds }),
    ...(sample.sliding === true && { sliding: true as const }),
    ...(sample.refill_per_second !== undefined && { refillPerSecond: sample.refill_per_second }),
  };
}

/** A line of the input is not a reading; `line` counts from 1. */
export class ReplayInputError extends Error {
  override readonly name = "ReplayInputError";
  constructor(line: number, problem: string) {
    super(`stdin:${line}: ${problem}`);
  }
}

function parseLine(text: string, line: number): z.infer<typeof Sample> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new ReplayInputError(line, `not JSON: ${(error as Error).message}`);
  }
  const parsed = Sample.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ReplayInputError(line, `${issue?.path.join(".") || "the line"}: ${issue?.message}`);
}

/** JSON lines of readings in, one JSON line of verdict each out, in the same order. */
export async function replay(input: Readable, output: Writable, settings: EngineSettings): Promise<void> {
  const judge = createReplay(settings);
  let line = 0;
  let pending = "";
  const flush = async () => {
    const text = pending;
    pending = "";
    if (text !== "" && !output.write(text)) await new Promise<void>((resolve) => output.once("drain", () => resolve()));
  };
  const lines = createInterface({ input, crlfDelay: Infinity });
  for await (const text of lines) {
    line++;
    if (text.trim() === "") continue;
    const sample = parseLine(text, line);
    const verdict = judge(sample.quota_id, toReading(sample));
    pending += `${JSON.stringify({
      quota_id: sample.quota_id,
      t: sample.t,
      exhaust_at: verdict.exhaustsAt === undefined ? null : verdict.exhaustsAt.getTime() / 1000,
      page: verdict.severity === "critical",
      state: verdict.state,
      severity: verdict.severity,
      probability: verdict.probability ?? null,
    })}\n`;
    if (pending.length > 16_384 || input.readableLength === 0) await flush();
  }
  await flush();
}
