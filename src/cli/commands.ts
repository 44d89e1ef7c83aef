import type { EngineSettings } from "../engine/settings.ts";
import { type Arguments, type CommandName, parseArguments, USAGE } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";

type Command = (args: Arguments, context: CommandContext) => Promise<ExitCode>;

/** Each loads what it needs: a daemon that never replays a line does not carry the means to. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  "check-config": async () => (await import("./check-config.ts")).checkConfig,
  poll: async () => (await import("./poll.ts")).poll,
  status: async () => (await import("./status.ts")).status,
  healthcheck: async () => (await import("./status.ts")).healthcheck,
  demo: async () => (await import("./demo.ts")).demo,
  replay: async () => replayInput,
  "print-rules": async () => printRules,
};

async function replayInput(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const { replay } = await import("./replay.ts");
  await replay(context.stdin, context.stdout, await engineSettings(args, context));
  return 0;
}

async function engineSettings(args: Arguments, context: CommandContext): Promise<EngineSettings> {
  if (args.configFile === undefined) return (await import("../engine/settings.ts")).ENGINE_DEFAULTS;
  const { loadAnyConfig } = await import("./load.ts");
  return (await loadAnyConfig(args, context)).engine;
}

async function printRules({ timeScale, runbookBase, dashboardBase }: Arguments, { stdout }: CommandContext) {
  const { renderPrometheusRules } = await import("../alerting/prometheus-rules.ts");
  const bases = { ...(runbookBase && { runbookBase }), ...(dashboardBase && { dashboardBase }) };
  await write(stdout, renderPrometheusRules({ timeScale, ...bases }));
  return 0 as const;
}

/** Runs one command line to its exit code. What a user can mend is told in a line; anything else is thrown. */
export async function run(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    const args = parseArguments(argv);
    if (args === "version") {
      await write(context.stdout, `llm-quota-exporter ${context.build.version} (node ${context.build.nodeVersion})\n`);
      return 0;
    }
    if (args === "help") {
      await write(context.stdout, USAGE);
      return 0;
    }
    const command = await COMMANDS[args.command]();
    return await command(args, context);
  } catch (error) {
    if (error instanceof Error && MENDABLE.has(error.name)) {
      await write(context.stderr, `${error.message}\n`);
      return 2;
    }
    if (isUnreachable(error)) {
      await write(context.stderr, `${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

/** What the user can mend, in the words of the error. By name, as most commands load none of these. */
const MENDABLE: ReadonlySet<string> = new Set(["ConfigError", "UsageError", "ReplayInputError", "StateError"]);

/** A daemon that does not answer is no fault of ours. */
const isUnreachable = (error: unknown): error is Error => error instanceof Error && /^https?:\/\//.test(error.message);
