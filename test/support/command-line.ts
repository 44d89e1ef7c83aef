import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The Node that the project pins: the one of the machine may be too old to run the source. */
export const NODE = `${ROOT}node_modules/.bin/node`;
export const MAIN = `${ROOT}src/main.ts`;

/** Halves the start of a process, of which these tests make many. Entries are found by the content they came from. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(tmpdir(), "llm-quota-test-compile-cache") };

interface CommandPlan {
  /** Written into the directory that the command runs in, so that messages name them without a path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Nothing of the runner's own environment reaches the command but the search path. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line of ours to its end. */
export async function runCommand(args: readonly string[], plan: CommandPlan = {}): Promise<CommandResult> {
  return runProgram(NODE, [MAIN, ...args], { ...plan, env: { ...COMPILE_CACHE, ...plan.env } });
}

/** Runs any program to its end; one that takes too long is killed and has no exit code. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { files = {}, env = {}, stdin = "", timeoutMs = 30_000 }: CommandPlan = {},
): Promise<CommandResult> {
  const cwd = await mkdtemp(join(tmpdir(), "llm-quota-test-command-"));
  try {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(cwd, file)), { recursive: true });
      await writeFile(join(cwd, file), content, { mode: 0o600 });
    }
    const child = spawn(command, args, {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
      signal: AbortSignal.timeout(timeoutMs),
      killSignal: "SIGKILL",
      stdio: "pipe",
    });
    // A command that refuses its arguments has gone before it reads.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code: child.exitCode, stdout, stderr };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
