import { runProgram } from "./command-line.ts";

/**
 * From now on a running process cannot write beyond so many bytes of any file, or can again: as if its disk were full,
 * without a disk to fill. Node ignores the signal, so that a write fails with EFBIG.
 */
export async function limitFileSize(pid: number, bytes: number | "unlimited"): Promise<void> {
  // The soft limit alone: only root may raise the hard one again.
  const { code, stderr } = await runProgram("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
  if (code !== 0) throw new Error(`prlimit: ${stderr}`);
}
