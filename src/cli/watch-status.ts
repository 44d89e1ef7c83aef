import { setTimeout as sleep } from "node:timers/promises";
import { appearanceOf } from "./appearance.ts";
import type { Arguments } from "./arguments.ts";
import { DaemonError } from "./ask-daemon.ts";
import { type CommandContext, type ExitCode, type TerminalSize, write } from "./context.ts";
import type { QuotasAnswer } from "./quotas-answer.ts";
import { quotasTable } from "./quotas-table.ts";
import { cut, terminalText } from "./terminal-text.ts";

type Ask = (signal: AbortSignal) => Promise<QuotasAnswer>;

/** What was seen last, and why there is nothing newer. */
interface View {
  readonly document?: QuotasAnswer;
  readonly problem?: string;
}

const ALTERNATE_SCREEN = "\u001b[?1049h\u001b[?25l";
const NORMAL_SCREEN = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const EMPTY_LINE = "\u001b[2K";
const REST_OF_SCREEN = "\u001b[J";

/** The table until the process is asked to stop: in place on a terminal, one below the other elsewhere. */
export async function watchStatus(ask: Ask, args: Arguments, context: CommandContext): Promise<ExitCode> {
  const { env, stdout, terminal, stopped } = context;
  const isTerminal = terminal() !== undefined && env["TERM"] !== "dumb";
  const stopping = untilStopped(stopped);
  let view: View = {};
  if (isTerminal) await write(stdout, ALTERNATE_SCREEN);
  try {
    for (;;) {
      const seen = await stopping.orStop(next(ask, view, stopping.signal));
      if (seen === undefined) return 0;
      view = seen;
      const size = isTerminal ? terminal() : undefined;
      const lines = linesOf(view, args, context);
      await write(stdout, size === undefined ? `${lines.join("\n")}\n\n` : inPlace(lines, size));
      await stopping.orStop(sleep(args.intervalSeconds * 1000, undefined, { signal: stopping.signal }));
      if (stopping.signal.aborted) return 0;
    }
  } finally {
    if (isTerminal) await write(stdout, NORMAL_SCREEN);
  }
}

/** One listener however long the watch lasts: each `then` on a promise that stays open would be kept with it. */
function untilStopped(stopped: Promise<unknown>) {
  const controller = new AbortController();
  let wake: () => void = () => undefined;
  void stopped.then(() => {
    wake();
    controller.abort();
  });
  return {
    signal: controller.signal,
    /** What the work gives, or undefined when the process shall stop before. */
    orStop: <T>(work: Promise<T>) =>
      new Promise<T | undefined>((resolve, reject) => {
        wake = () => resolve(undefined);
        // It may have been asked between two works, as while a slow terminal took a table.
        if (controller.signal.aborted) wake();
        work.then(resolve, reject);
      }),
  };
}

/** A daemon that restarts comes back; whatever else is wrong ends the watch. */
async function next(ask: Ask, { document }: View, signal: AbortSignal): Promise<View> {
  try {
    return { document: await ask(signal) };
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    return { ...(document && { document }), problem: error.message };
  }
}

function linesOf({ document, problem }: View, { sort, color }: Arguments, context: CommandContext): readonly string[] {
  const appearance = appearanceOf(context, color);
  const fitting = (text: string) => cut(terminalText(text), appearance.columns, appearance.marks("…"));
  const head = problem === undefined ? [] : [appearance.paint(fitting(`no answer: ${problem}`), "alarm")];
  if (document === undefined) return head;
  const now = new Date(document.generated_at);
  const isOld = problem !== undefined;
  const when = `${isOld ? "the last answer is of" : "as of"} ${document.generated_at.slice(0, 19).replace("T", " ")} UTC`;
  return [...head, appearance.paint(fitting(when), "dim"), ...quotasTable(document, { now, sort, appearance })];
}

/**
 * Over what stood there, line by line, so that nothing flickers. Each is emptied before it is written: behind a line that
 * fills the screen, that would take its last character. What does not fit is counted.
 */
function inPlace(lines: readonly string[], { rows }: TerminalSize): string {
  const kept = lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `${lines.length - rows + 1} more lines`];
  const rest = kept.length < rows ? `\r\n${REST_OF_SCREEN}` : "";
  return `${HOME}${kept.map((line) => `${EMPTY_LINE}${line}`).join("\r\n")}${rest}`;
}
