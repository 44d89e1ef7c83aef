import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { startDemoFleet } from "../demo/fleet.ts";
import { createScrubber } from "../log.ts";
import { PROVIDERS } from "../providers/registry.ts";
import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { withListenAddress } from "./load.ts";
import { createDaemonLog, runDaemon } from "./serve.ts";

/** Simulated providers over loopback HTTP, and the real daemon on them. */
export async function demo(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const fleet = await startDemoFleet();
  const folder = await mkdtemp(join(tmpdir(), "llm-quota-demo-"));
  try {
    const path = join(folder, "config.yaml");
    await writeFile(path, fleet.configText, { mode: 0o600 });
    const loaded = await loadConfig({ path, env: { ...context.env, ...fleet.env }, providers: PROVIDERS });
    const config = withListenAddress(loaded, args.listenAddress);
    const onStarted = (url: string) =>
      write(
        context.stderr,
        `simulated providers are burning quota: open ${url}/ or curl ${url}/metrics (Ctrl-C ends it)\n`,
      );
    const { scrub } = createScrubber(config.secrets);
    return await runDaemon(config, args, context, { log: createDaemonLog(args, context, scrub), scrub, onStarted });
  } finally {
    await fleet.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
