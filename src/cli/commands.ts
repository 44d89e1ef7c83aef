import { renderPrometheusRules } from "../alerting/prometheus-rules.ts";
import { ConfigError } from "../config/config-error.ts";
import { ENGINE_DEFAULTS } from "../engine/settings.ts";
import { StateError } from "../store/open-database.ts";
import { type Arguments, type CommandName, parseArguments, USAGE, UsageError } from "./arguments.ts";
import { checkConfig } from "./check-config.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { demo } from "./demo.ts";
import { loadAnyConfig } from "./load.ts";
import { poll } from "./poll.ts";
import { ReplayInputError, replay } from "./replay.ts";
import { serve } from "./serve.ts";
import { healthcheck, status } from "./status.ts";

type Command = (args: Arguments, context: CommandContext) => Promise<ExitCode>;

const COMMANDS: Readonly<Record<CommandName, Command>> = {
  serve,
  "check-config": checkConfig,
  poll,
  status,
  healthcheck,
  demo,
  async replay(args, context) {
    const settings = args.configFile === undefined ? ENGINE_DEFAULTS : (await loadAnyConfig(args, context)).engine;
    await replay(context.stdin, context.stdout, settings);
    return 0;
  },
  async "print-rules"({ timeScale, runbookBase, dashboardBase }, { stdout }) {
    const bases = { ...(runbookBase && { runbookBase }), ...(dashboardBase && { dashboardBase }) };
    await write(stdout, renderPrometheusRules({ timeScale, ...bases }));
    return 0;
  },
};

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
    return await COMMANDS[args.command](args, context);
  } catch (error) {
    if (error instanceof Error && MENDABLE.some((kind) => error instanceof kind)) {
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

/** What the user can mend, in the words of the error. */
const MENDABLE = [ConfigError, UsageError, ReplayInputError, StateError];

/** A daemon that does not answer is no fault of ours. */
const isUnreachable = (error: unknown): error is Error => error instanceof Error && /^https?:\/\//.test(error.message);
