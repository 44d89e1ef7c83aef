import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { explain } from "../engine/explain.ts";
import { createReplay, type ReplayVerdict } from "../engine/replay.ts";
import type { EngineSettings } from "../engine/settings.ts";
import { ENFORCEMENTS, KINDS, type Reading, UNITS } from "../quota/reading.ts";

const Seconds = z.number().min(-8.64e12).max(8.64e12);

const Sample = z.object({
  quota_id: z.string().min(1),
  t: Seconds,
  kind: z.enum(KINDS),
  unit: z.enum(UNITS),
  limit: z.number().nullish(),
  remaining: z.number().nullish(),
  used: z.number().nullish(),
  reset_at: Seconds.nullish(),
  expires_at: Seconds.nullish(),
  period_seconds: z.number().positive().nullish(),
  sliding: z.boolean().nullish(),
  refill_per_second: z.number().nonnegative().nullish(),
  enforcement: z.enum(ENFORCEMENTS).nullish(),
});

/** Null is as good as absent. */
const isTold = <T>(value: T | null | undefined): value is T => value !== undefined && value !== null;

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
    ...(isTold(sample.limit) && { limit: sample.limit }),
    ...(isTold(sample.remaining) && { remaining: sample.remaining }),
    ...(isTold(sample.used) && { used: sample.used }),
    ...(isTold(sample.reset_at) && { resetAt: dateOf(sample.reset_at) }),
    ...(isTold(sample.expires_at) && { expiresAt: dateOf(sample.expires_at) }),
    ...(isTold(sample.period_seconds) && { periodSeconds: sample.period_seconds }),
    ...(sample.sliding === true && { sliding: true as const }),
    ...(isTold(sample.refill_per_second) && { refillPerSecond: sample.refill_per_second }),
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

const explanationOf = ({ quota }: ReplayVerdict, t: number, settings: EngineSettings) =>
  quota === undefined ? null : explain(quota, settings, dateOf(t));

interface ReplayOptions {
  /** Adds a sentence to each verdict that says why. */
  readonly isExplained?: boolean;
}

/** JSON lines of readings in, one JSON line of verdict each out, in the same order. */
export async function replay(
  input: Readable,
  output: Writable,
  settings: EngineSettings,
  { isExplained = false }: ReplayOptions = {},
): Promise<void> {
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
      ...(isExplained && { explanation: explanationOf(verdict, sample.t, settings) }),
    })}\n`;
    if (pending.length > 16_384 || input.readableLength === 0) await flush();
  }
  await flush();
}
