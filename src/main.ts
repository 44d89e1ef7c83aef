#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import packageJson from "../package.json" with { type: "json" };

// Else V8 lets its young generation grow to 32 MB and collects the rest the later. Measured on 2026-11-22 by
// bench/memory.ts with Node 24.21: without this 123 MB instead of 112 with 20 accounts, 388 instead of 207 with 1,000. The
// price is that a page of 10,000 series takes 5 ms to render instead of 4.
// What only works through its input lives short and shall be quick: a fifth of its time went into collecting.
if (!["replay", "backtest"].includes(process.argv[2] ?? "")) setFlagsFromString("--semi-space-growth-factor=1");

// A second start need not compile everything again, which takes a quarter of it. In a folder of the user's own, as in a
// shared one somebody else could plant code; where there is none to write to, nothing is kept.
enableCompileCache(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "llm-quota-exporter"));

const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    // A second signal of the same kind finds no handler and ends the process at once.
    stopped.resolve();
  });
}
let hangUp = (): void => stopped.resolve();
process.on("SIGHUP", () => hangUp());
// The reader of a pipe may go away, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// A fault that nobody caught ends the process, in words that a command may have scrubbed.
let reportCrash = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
};
process.on("uncaughtException", (error) => {
  reportCrash(error);
  process.exit(1);
});

// Only now, so that the setting above already holds while everything else is loaded.
const { run } = await import("./cli/commands.ts");

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  // A terminal that does not know its size says 0.
  terminal: () =>
    process.stdout.isTTY ? { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 } : undefined,
  build: {
    version: packageJson.version,
    revision: process.env["LLM_QUOTA_EXPORTER_REVISION"] ?? "",
    nodeVersion: process.version,
  },
  stopped: stopped.promise,
  onHangup: (reload) => {
    hangUp = reload;
  },
  onCrash: (report) => {
    reportCrash = report;
  },
});
