import type { Config } from "../config/config.ts";
import { createScrubber, type Scrub } from "../log.ts";
import { appearanceOf } from "./appearance.ts";
import type { Arguments } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { type Check, type Finding, fail, ok, withMend } from "./doctor-check.ts";
import { examine } from "./doctor-examine.ts";
import { loadAnyConfig, NoAccountError } from "./load.ts";
import { terminalJson, terminalText, wrap } from "./terminal-text.ts";

const DEADLINE_MS = 60_000;

/** Looks at everything that the daemon needs, each for itself. Writes nothing, alerts nobody. */
export async function doctor(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const scrubber = createScrubber();
  const news: Check[] = [];
  const config = await loaded(args, context, news);
  if ("problems" in config) {
    await print(config.problems, { args, context, scrub: scrubber.scrub });
    return 2;
  }
  scrubber.learn(config.secrets);
  const interrupted = new AbortController();
  void context.stopped.then(() => interrupted.abort());
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(DEADLINE_MS)]);
  const checks = [...configChecks(config, args), ...(await examine(config, { args, context, signal })), ...news];
  await print(checks, { args, context, scrub: scrubber.scrub });
  return checks.some(({ verdict }) => verdict === "fail") ? 1 : 0;
}

async function loaded(
  args: Arguments,
  context: CommandContext,
  news: Check[],
): Promise<Config | { problems: Check[] }> {
  try {
    return await loadAnyConfig(args, context, {
      onKeyFile: (account, told) => {
        if ("problem" in told)
          news.push({ check: `credential ${account}`, ...withMend("fail", `its key file ${told.problem}`) });
      },
    });
  } catch (error) {
    if (error instanceof NoAccountError) return { problems: [{ check: "config", ...noAccount(error) }] };
    if (!(error instanceof Error) || error.name !== "ConfigError") throw error;
    return { problems: error.message.split("\n").map((line) => ({ check: "config", ...withMend("fail", line) })) };
  }
}

/** What is wrong is one sentence, and what to do about it all that follow. */
function noAccount({ message }: NoAccountError): Finding {
  const [finding = message, ...mend] = message.split("\n");
  return fail(finding.replace(/\.$/, ""), mend.join(" "));
}

function configChecks({ accounts, warnings }: Config, { configFile }: Arguments): readonly Check[] {
  const from = configFile ?? "the environment";
  return [
    { check: "config", ...ok(`${from}: good, ${accounts.length} account${accounts.length === 1 ? "" : "s"}`) },
    ...warnings.map((warning) => ({ check: "config", ...withMend("warn", warning) })),
  ];
}

interface Printing {
  readonly args: Arguments;
  readonly context: CommandContext;
  readonly scrub: Scrub;
}

/** As wide as a verdict and the gap behind it. */
const MARGIN = "      ";
const COLORS = { ok: "green", warn: "yellow", fail: "red" } as const;

async function print(found: readonly Check[], { args, context, scrub }: Printing): Promise<void> {
  const checks = found.map(({ check, verdict, finding, mend }) => ({
    check: scrub(check),
    verdict,
    finding: scrub(finding),
    mend: mend === undefined ? null : scrub(mend),
  }));
  if (args.output === "json") {
    await write(context.stdout, `${terminalJson({ verdict: worst(checks), checks })}\n`);
    return;
  }
  const { columns, paint, marks } = appearanceOf(context, args.color);
  const room = Math.max(columns - MARGIN.length, 1);
  const indented = (text: string) => wrap(marks(terminalText(text)), room, "").map((line) => `${MARGIN}${line}`);
  const lines = checks.flatMap(({ check, verdict, finding, mend }) => {
    const [first = "", ...rest] = indented(`${check}: ${finding}`);
    const head = `${paint(verdict.padEnd(4), COLORS[verdict])}${first.slice("fail".length)}`;
    return [head, ...rest, ...(mend === null ? [] : indented(`mend: ${mend}`))];
  });
  await write(context.stdout, lines.map((line) => `${line}\n`).join(""));
}

function worst(checks: readonly Pick<Check, "verdict">[]): Check["verdict"] {
  const has = (wanted: Check["verdict"]) => checks.some(({ verdict }) => verdict === wanted);
  return has("fail") ? "fail" : has("warn") ? "warn" : "ok";
}
