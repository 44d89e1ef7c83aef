#!/usr/bin/env node
import packageJson from "../package.json" with { type: "json" };
import { run } from "./cli/commands.ts";

const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    // A second signal of the same kind finds no handler and ends the process at once.
    stopped.resolve();
  });
}
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

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  build: {
    version: packageJson.version,
    revision: process.env["LLM_QUOTA_EXPORTER_REVISION"] ?? "",
    nodeVersion: process.version,
  },
  stopped: stopped.promise,
  onHangup: (reload) => {
    process.on("SIGHUP", reload);
  },
  onCrash: (report) => {
    reportCrash = report;
  },
});
