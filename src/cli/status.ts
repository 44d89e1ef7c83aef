import { suggestion } from "../quota/near-names.ts";
import { STATES, type State } from "../quota/state.ts";
import { appearanceOf } from "./appearance.ts";
import { type Arguments, TOKEN_VARIABLE, UsageError } from "./arguments.ts";
import { type Asking, askDaemon, DaemonError, DEFAULT_URL } from "./ask-daemon.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { daemonToken } from "./daemon-token.ts";
import { gate } from "./gate.ts";
import { QuotasAnswer } from "./quotas-answer.ts";
import { quotasTable } from "./quotas-table.ts";
import { terminalJson, terminalText } from "./terminal-text.ts";
import { watchStatus } from "./watch-status.ts";

/** What a running daemon knows, without a call to any provider. */
export async function status(args: Arguments, context: CommandContext): Promise<ExitCode> {
  // A token may be exchanged while somebody watches.
  const ask = async (signal?: AbortSignal) => askQuotas(args, { signal, token: await daemonToken(args, context) });
  if (args.isWatching) return watchStatus(ask, args, context);
  const document = await ask();
  const text = args.output === "json" ? terminalJson(document) : tableOf(document, args, context).join("\n");
  await write(context.stdout, `${text}\n`);
  return args.failOn.length === 0 ? 0 : told(document, args, context);
}

/** For container health: whether the daemon lives, whatever its providers do. */
export async function healthcheck({ url = DEFAULT_URL }: Arguments, { stderr }: CommandContext): Promise<ExitCode> {
  const answer = await askDaemon(url, "/-/healthy");
  if (answer.status === 200) return 0;
  await write(stderr, `${notOurs(url, answer.status)}\n`);
  return 1;
}

/** Rejects with a `DaemonError`, or a `UsageError` for an account that is not there. */
async function askQuotas({ url = DEFAULT_URL, account }: Arguments, asking: Asking): Promise<QuotasAnswer> {
  const { status: code, body } = await askDaemon(url, "/api/v1/quotas", asking);
  if (code === 401) throw new DaemonError(wantsToken(url, asking));
  if (code !== 200) throw new DaemonError(notOurs(url, code));
  const { data } = QuotasAnswer.safeParse(parsed(body));
  if (data === undefined)
    throw new DaemonError(
      `${new URL(url).origin} answered something else than quotas: is it an llm-quota-exporter of this version?`,
    );
  return account === undefined ? data : only(account, data);
}

/** A URL may carry a password before the host. */
const notOurs = (url: string, code: number) => `${new URL(url).origin} answered ${code}, is it an llm-quota-exporter?`;

function wantsToken(url: string, { token }: Asking): string {
  const what = token === undefined ? "asks for a token" : "does not take this token";
  return `${new URL(url).origin} ${what}: name its file with --web.token-file, or set ${TOKEN_VARIABLE}`;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Whatever it is, it is no document of ours.
    return undefined;
  }
}

function only(name: string, document: QuotasAnswer): QuotasAnswer {
  const accounts = document.accounts.filter(({ account }) => account === name);
  if (accounts.length === 0) {
    const known = document.accounts.map(({ account }) => account);
    throw new UsageError(terminalText(`no account "${name}", ${suggestion(name, known)}`));
  }
  return { ...document, summary: summaryOf(accounts), accounts };
}

/** In the form that the daemon gives it for all. */
function summaryOf(accounts: QuotasAnswer["accounts"]) {
  const states = accounts.flatMap(({ quotas }) => quotas.map(({ state }) => state));
  const count = (wanted: State) => states.filter((state) => state === wanted).length;
  return {
    accounts: accounts.length,
    quotas: states.length,
    by_state: Object.fromEntries(STATES.map((state) => [state, count(state)] as const).filter(([, many]) => many > 0)),
    has_exhausted: count("exhausted") > 0,
    has_use_or_lose: count("use_or_lose") > 0,
  };
}

/** Times left count from when the daemon wrote them: its clock need not be ours. */
function tableOf(document: QuotasAnswer, { sort, color }: Arguments, context: CommandContext): readonly string[] {
  const now = new Date(document.generated_at);
  return quotasTable(document, { now, sort, appearance: appearanceOf(context, color) });
}

async function told(document: QuotasAnswer, { failOn }: Arguments, { stderr }: CommandContext): Promise<ExitCode> {
  const { reached, untold } = gate(document.accounts, failOn);
  const lines = [...reached, ...untold.map((text) => `cannot tell: ${text}`)];
  await write(stderr, lines.map((line) => `${terminalText(line)}\n`).join(""));
  if (reached.length > 0) return 3;
  return untold.length > 0 ? 4 : 0;
}
