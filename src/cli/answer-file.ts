import type { Config, ConfiguredAccount } from "../config/config.ts";
import { MappingError } from "../mapping/asker.ts";
import { createEvaluator } from "../mapping/evaluator.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Surroundings } from "../mapping/names.ts";
import { timeVariables } from "../mapping/template.ts";
import type { Trace } from "../mapping/trace.ts";
import { readTextFile } from "../text-file.ts";
import { UsageError } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { codeText, explainedMapping, shownLines } from "./explanation.ts";
import { terminalText } from "./terminal-text.ts";

interface Trial {
  readonly account: ConfiguredAccount;
  readonly file: string;
  readonly config: Pick<Config, "secrets" | "poll">;
}

/** What the expressions of an account make of an answer in a file. Nobody is called. */
export async function tryAnswer({ account, file, config }: Trial, context: CommandContext): Promise<ExitCode> {
  if (account.mapping === undefined) {
    throw new UsageError(`--answer is for accounts that a mapping reads; ${codeText(account.provider)}`);
  }
  const mapping = account.mapping();
  const answer = await answerIn(file, mapping);
  const stopped = new AbortController();
  void context.stopped.then(() => stopped.abort(new Error("interrupted")));
  const traces: Trace[] = [];
  const verdict = await verdictOn({ mapping, answer, host: account.host, traces, signal: stopped.signal });
  await write(context.stdout, `\n${shownLines(explainedMapping(mapping, traces), config.secrets)}`);
  if (verdict === undefined) return 0;
  await write(context.stderr, shownLines([`${file}: ${verdict.message}`], config.secrets));
  return verdict.code;
}

/** As large as an answer may be. */
const MOST_BYTES = 4 * 1024 * 1024;

async function answerIn(path: string, { request: { pages } }: Mapping): Promise<unknown> {
  const refuse = (why: string) => new UsageError(terminalText(`${path}: ${why}`));
  const file = await readTextFile(path, MOST_BYTES);
  if ("problem" in file) throw refuse(`${file.problem}; --answer needs a file with an answer as JSON`);
  const answer = fromJson(file.text);
  if (answer === undefined) throw refuse("is not JSON; --answer needs an answer as the API sends it");
  if (pages === undefined || Array.isArray(answer)) return answer;
  throw refuse("is one page; the request of this account has several, so a list of them is needed");
}

/** The parser's own message quotes what it could not read. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface Asked {
  readonly mapping: Mapping;
  readonly answer: unknown;
  readonly host: string;
  /** Gets what each expression finds. */
  readonly traces: Trace[];
  readonly signal: AbortSignal;
}

/** Undefined where the answer is a good one. */
async function verdictOn(asked: Asked): Promise<{ readonly code: 1 | 2; readonly message: string } | undefined> {
  const { mapping, answer, host, traces, signal } = asked;
  const { request, failures = [], readings, plan, variables = {} } = mapping;
  const now = new Date();
  const [path = ""] = [request.path].flat();
  const surroundings: Surroundings = {
    ...{ now, status: 200, path, page: 1, host },
    variables: { ...timeVariables(now), ...variables },
  };
  const evaluator = createEvaluator();
  const options = { signal, onTrace: (trace: Trace) => traces.push(trace) };
  try {
    for (const page of request.pages === undefined ? [answer] : [answer].flat()) {
      const job = { work: "failure", failures, answer: page, surroundings } as const;
      const index = failures.length === 0 ? undefined : await evaluator.run(job, options);
      const failure = index === undefined ? undefined : failures[index];
      if (failure !== undefined) return { code: 1, message: failedText(failure) };
    }
    await evaluator.run({ work: "extract", readings, plan, answer, surroundings }, options);
    return undefined;
  } catch (error) {
    if (error instanceof MappingError) return { code: 2, message: `malformed: ${error.message}` };
    throw error;
  }
}

function failedText({ reason, hint }: NonNullable<Mapping["failures"]>[number]): string {
  return `${reason}: this answer says that it failed${hint === undefined ? "" : `: ${hint}`}`;
}
