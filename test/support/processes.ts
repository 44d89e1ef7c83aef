import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessPlan {
  /** For error messages. */
  readonly name: string;
  readonly command: string;
  /** Given the process's own temporary directory. */
  readonly args: (directory: string) => readonly string[];
  /** Written into that directory before the start. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 200 when the process is ready. */
  readonly readyUrl: string;
  readonly readyTimeoutMs?: number;
}

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const STOP_MS = 10_000;

/** Those that run, so that none outlives the test runner. */
const children = new Set<ChildProcessByStdio<null, Readable, Readable>>();

function endAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

process.once("exit", endAll);
// The runner ends its workers by this signal, at which nothing runs that waits for their exit.
process.once("SIGTERM", () => {
  endAll();
  process.kill(process.pid, "SIGTERM");
});
const LAST_CHARACTERS = 4000;

/** Starts a program and waits until it is ready. If it never is, ends it and throws with what it printed. */
export async function startProcess(plan: ProcessPlan): Promise<RunningProcess> {
  const directory = await mkdtemp(join(tmpdir(), `llm-quota-test-${plan.name}-`));
  for (const [file, text] of Object.entries(plan.files)) await writeFile(join(directory, file), text);
  // A clean environment: credentials of the person who runs the tests must not reach the daemon.
  const env = { PATH: process.env["PATH"] ?? "", HOME: directory, ...plan.env };
  const child = spawn(plan.command, plan.args(directory), { env, stdio: ["ignore", "pipe", "pipe"] });
  try {
    await once(child, "spawn");
  } catch (cause) {
    await rm(directory, { recursive: true, force: true });
    throw new Error(`cannot start ${plan.name} (${plan.command})`, { cause });
  }
  const started = new RunningProcess(child, directory);
  await untilReady(started, plan);
  return started;
}

/** A program under test. However a test ends, `stop` ends it; so does the end of the test runner itself. */
export class RunningProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #directory: string;
  readonly #closed: Promise<unknown>;
  #output = "";

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, directory: string) {
    if (child.pid === undefined) throw new Error("the process has not been started");
    this.pid = child.pid;
    this.#child = child;
    this.#directory = directory;
    this.#closed = once(child, "close");
    children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        this.#output += text;
      });
    }
  }

  /** Standard output and standard error so far, as they came. */
  output(): string {
    return this.#output;
  }

  /** Undefined while it runs. */
  exitStatus(): ExitStatus | undefined {
    const { exitCode: code, signalCode: signal } = this.#child;
    return code === null && signal === null ? undefined : { code, signal };
  }

  /** Asks it to end, ends it by force if it has not after 10 s, removes its directory, and tells how it ended. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<ExitStatus> {
    this.#child.kill(signal);
    const force = setTimeout(() => this.#child.kill("SIGKILL"), STOP_MS);
    await this.#closed;
    clearTimeout(force);
    children.delete(this.#child);
    await rm(this.#directory, { recursive: true, force: true });
    return { code: this.#child.exitCode, signal: this.#child.signalCode };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function untilReady(started: RunningProcess, plan: ProcessPlan): Promise<void> {
  const { name, readyUrl, readyTimeoutMs = 20_000 } = plan;
  const deadline = performance.now() + readyTimeoutMs;
  for (;;) {
    // In this order: another program may answer on the port that ours failed to get.
    const ready = await answers(readyUrl);
    const ended = started.exitStatus();
    if (ready && ended === undefined) return;
    const isLate = performance.now() > deadline;
    if (ended !== undefined || isLate) {
      await started.stop("SIGKILL");
      const problem = ended ? `ended with ${ended.code ?? ended.signal}` : `did not within ${readyTimeoutMs} ms`;
      const output = started.output().slice(-LAST_CHARACTERS) || "(nothing)";
      throw new Error(`${name} should have answered ${readyUrl} but ${problem}; it printed:\n${output}`);
    }
    await sleep(50);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
