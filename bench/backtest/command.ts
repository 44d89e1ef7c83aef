import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { z } from "zod";
import type { Run } from "./forecaster.ts";
import type { SimulatedQuota } from "./simulated-quota.ts";
import { type Stream, streamOf } from "./stream.ts";

const Answer = z.object({
  quota_id: z.string(),
  t: z.number(),
  exhaust_at: z.number().nullable(),
  page: z.boolean(),
});

/** How many samples are written at once. */
const CHUNK = 512;

/**
 * Runs a forecaster as a process: a line per sample in, a line per verdict out, in the same order. In lockstep a sample
 * is sent only when the one before it has been answered, so that nothing can be known ahead.
 */
export async function runCommand(
  quotas: readonly SimulatedQuota[],
  command: string,
  { lockstep = false }: { readonly lockstep?: boolean } = {},
): Promise<Run> {
  const stream = streamOf(quotas);
  // The shell tells what the command has cost once it has ended.
  const child = spawn("/bin/sh", ["-c", `${command}\nstatus=$?\ntimes >&3\nexit $status`], {
    stdio: ["pipe", "pipe", "inherit", "pipe"],
  });
  const { input, output, times } = pipesOf(child);
  const exited = once(child, "close");
  const cost = text(times);
  const faults: unknown[] = [];
  input.on("error", (error) => faults.push(error));
  try {
    if (!lockstep) sendAll(stream, input).catch((error: unknown) => faults.push(error));
    const answered = await takeAnswers(stream, output, lockstep ? input : undefined);
    const [status] = await exited;
    if (status !== 0) throw new Error(`"${command}" ended with status ${status}`, { cause: faults[0] });
    if (answered !== stream.length) throw new Error(`${answered} answers to ${stream.length} samples`);
  } finally {
    // Where it goes on after a wrong answer, the end of its input is what ends it.
    input.destroy();
    child.kill();
  }
  return { verdicts: stream.verdicts, samples: stream.length, cpuSeconds: cpuOf(await cost) };
}

function pipesOf({ stdin, stdout, stdio }: ChildProcess) {
  const times = stdio[3];
  if (stdin === null || stdout === null || times === null || times === undefined) throw new Error("no pipes");
  return { input: stdin, output: stdout, times: times as Readable };
}

const lineAt = (stream: Stream, place: number) => `${JSON.stringify(stream.sampleAt(place))}\n`;

async function sendAll(stream: Stream, input: Writable): Promise<void> {
  for (let place = 0; place < stream.length; place += CHUNK) {
    const size = Math.min(CHUNK, stream.length - place);
    const lines = Array.from({ length: size }, (_, offset) => lineAt(stream, place + offset));
    if (!input.write(lines.join(""))) await once(input, "drain");
  }
  input.end();
}

/** How many answers came; those in lockstep get the next sample for each. */
async function takeAnswers(stream: Stream, output: Readable, lockstep: Writable | undefined): Promise<number> {
  let place = 0;
  lockstep?.write(lineAt(stream, 0));
  for await (const line of createInterface({ input: output, crlfDelay: Infinity })) {
    if (line === "") continue;
    if (place >= stream.length) throw new Error("more answers than samples");
    const answer = Answer.parse(JSON.parse(line));
    const { quota_id, t } = stream.sampleAt(place);
    if (answer.quota_id !== quota_id || answer.t !== t)
      throw new Error(`answer ${place + 1} is to ${answer.quota_id} at ${answer.t}, not to ${quota_id} at ${t}`);
    stream.answer(place, answer);
    place++;
    if (place < stream.length) lockstep?.write(lineAt(stream, place));
    else lockstep?.end();
  }
  return place;
}

/** The second line that `times` of the shell writes is that of its children: `0m1.23s 0m0.45s`. */
function cpuOf(told: string): number | undefined {
  const spent = [...(told.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)];
  if (spent.length === 0) return undefined;
  return spent.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
