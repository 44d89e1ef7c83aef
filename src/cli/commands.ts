import type { RulesOptions } from "../alerting/rule-options.ts";
import type { Alerting } from "../config/config.ts";
import type { EngineSettings } from "../engine/settings.ts";
import { type Arguments, type CommandName, parseArguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { USAGE } from "./usage.ts";

type Command = (args: Arguments, context: CommandContext) => Promise<ExitCode>;

/** Each loads what it needs: a daemon that never replays a line does not carry the means to. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  "check-config": async () => (await import("./check-config.ts")).checkConfig,
  poll: async () => (await import("./poll.ts")).poll,
  status: async () => (await import("./status.ts")).status,
  doctor: async () => (await import("./doctor.ts")).doctor,
  healthcheck: async () => (await import("./status.ts")).healthcheck,
  "test-alert": async () => (await import("./test-alert.ts")).testAlert,
  backtest: async () => (await import("./backtest.ts")).backtest,
  demo: async () => (await import("./demo.ts")).demo,
  replay: async () => replayInput,
  "print-rules": async () => printRules,
};

async function replayInput(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const { replay } = await import("./replay.ts");
  const settings = await engineSettings(args, context);
  await replay(context.stdin, context.stdout, settings, { isExplained: args.isExplained });
  return 0;
}

async function engineSettings(args: Arguments, context: CommandContext): Promise<EngineSettings> {
  if (args.configFile === undefined) return (await import("../engine/settings.ts")).ENGINE_DEFAULTS;
  const { loadAnyConfig } = await import("./load.ts");
  return (await loadAnyConfig(args, context)).engine;
}

async function printRules(args: Arguments, context: CommandContext) {
  const { timeScale, selector, severityLabel, rulesFormat: format } = args;
  const { mode, ...bases } = await alertingOf(args, context);
  const runbookBase = args.runbookBase ?? bases.runbookBase;
  const dashboardBase = args.dashboardBase ?? bases.dashboardBase;
  const options = {
    timeScale,
    format,
    // Who asks for rules with alerting off wants to see them whole.
    mode: mode === "push" ? mode : "rules",
    ...(runbookBase !== undefined && { runbookBase }),
    ...(dashboardBase !== undefined && { dashboardBase }),
    ...(selector !== undefined && { selector }),
    ...(severityLabel !== undefined && { severityLabel }),
  } as const;
  await write(context.stdout, await (args.purePromql ? purePromql : shippedRules)(options));
  return 0 as const;
}

async function shippedRules(options: RulesOptions): Promise<string> {
  return (await import("../alerting/prometheus-rules.ts")).renderPrometheusRules(options);
}

async function purePromql(options: RulesOptions): Promise<string> {
  return (await import("../alerting/promql-rules.ts")).renderPromqlRules(options);
}

async function alertingOf(args: Arguments, context: CommandContext): Promise<Partial<Alerting>> {
  if (args.configFile === undefined) return {};
  const { loadAnyConfig } = await import("./load.ts");
  return (await loadAnyConfig(args, context)).alerting;
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
const MENDABLE: ReadonlySet<string> = new Set([
  "ConfigError",
  "UsageError",
  "ReplayInputError",
  "RulesOptionError",
  "StateError",
]);

/** A daemon that does not answer is no fault of ours. */
const isUnreachable = (error: unknown): error is Error => error instanceof Error && /^https?:\/\//.test(error.message);
