import { createWatch } from "../alerting/watch.ts";
import { userAgent } from "../app.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { type CallMade, observedClient } from "../http/observed-client.ts";
import { createHttpClient } from "../http/undici-client.ts";
import type { Trace } from "../mapping/trace.ts";
import { renderFamilies } from "../metrics/render.ts";
import { quotasDocument } from "../server/quotas-document.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { appearanceOf } from "./appearance.ts";
import type { Arguments } from "./arguments.ts";
import { chosen } from "./chosen-accounts.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { explainedRead, shownLines } from "./explanation.ts";
import { loadAnyConfig } from "./load.ts";
import { quotasTable } from "./quotas-table.ts";
import { createAccountReader } from "./read-accounts.ts";
import { terminalJson } from "./terminal-text.ts";

/** Reads every account once and prints; nothing is stored or alerted. */
export async function poll(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const config = await loadAnyConfig(args, context);
  const accounts = chosen(config.accounts, args.account);
  const startedAt = new Date();
  const settings = { ...config.engine, confirm_readings: 1 };
  const watch = createWatch({ accounts, store: createMemoryStore(), settings, startedAt });
  const calls: CallMade[] = [];
  const traces: Trace[] = [];
  const http = observedClient(createHttpClient({ userAgent: userAgent(context.build) }), (call) => calls.push(call));
  const shutdown = new AbortController();
  void context.stopped.then(() => shutdown.abort(new Error("interrupted")));
  const explain = args.isExplained ? (trace: Trace) => traces.push(trace) : undefined;
  const read = createAccountReader({ config, http, shutdown: shutdown.signal, explain }, context);
  const outcomes = await Promise.all(
    accounts.map(async (account) => {
      const outcome = await read(account);
      if (outcome !== undefined) watch.take(account, outcome);
      return outcome;
    }),
  );
  // What is still under way ends here, so that every call has been told of.
  await http.close();
  if (shutdown.signal.aborted) return 1;
  const snapshot = watch.snapshot();
  await write(context.stdout, print(snapshot, args, context));
  const [account] = accounts;
  if (args.isExplained && account !== undefined) {
    const lines = explainedRead({ account, outcome: outcomes[0], calls, traces });
    await write(context.stdout, `\n${shownLines(lines, config.secrets)}`);
  }
  return snapshot.accounts.every((account) => account.up) ? 0 : 1;
}

function print(snapshot: Snapshot, { output, sort, color }: Arguments, context: CommandContext): string {
  switch (output) {
    case "json":
      return `${terminalJson(quotasDocument(snapshot))}\n`;
    case "prometheus":
      return renderFamilies(snapshot, snapshot.at);
    case "table": {
      const appearance = appearanceOf(context, color);
      return `${quotasTable(quotasDocument(snapshot), { now: snapshot.at, sort, appearance }).join("\n")}\n`;
    }
  }
}
