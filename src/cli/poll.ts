import { createWatch } from "../alerting/watch.ts";
import { userAgent } from "../app.ts";
import type { ConfiguredAccount } from "../config/config.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { createHttpClient } from "../http/undici-client.ts";
import { renderFamilies } from "../metrics/render.ts";
import { suggestion } from "../quota/near-names.ts";
import { quotasDocument } from "../server/quotas-document.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { appearanceOf } from "./appearance.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";
import { quotasTable } from "./quotas-table.ts";
import { createAccountReader } from "./read-accounts.ts";
import { terminalJson, terminalText } from "./terminal-text.ts";

/** Reads every account once and prints; nothing is stored or alerted. */
export async function poll(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const config = await loadAnyConfig(args, context);
  const accounts = chosen(config.accounts, args.account);
  const startedAt = new Date();
  const settings = { ...config.engine, confirm_readings: 1 };
  const watch = createWatch({ accounts, store: createMemoryStore(), settings, startedAt });
  const http = createHttpClient({ userAgent: userAgent(context.build) });
  const shutdown = new AbortController();
  void context.stopped.then(() => shutdown.abort(new Error("interrupted")));
  const read = createAccountReader({ config, http, shutdown: shutdown.signal }, context);
  await Promise.all(
    accounts.map(async (account) => {
      const outcome = await read(account);
      if (outcome !== undefined) watch.take(account, outcome);
    }),
  );
  await http.close();
  if (shutdown.signal.aborted) return 1;
  const snapshot = watch.snapshot();
  await write(context.stdout, print(snapshot, args, context));
  return snapshot.accounts.every((account) => account.up) ? 0 : 1;
}

function chosen(accounts: readonly ConfiguredAccount[], name: string | undefined): readonly ConfiguredAccount[] {
  if (name === undefined) return accounts;
  const found = accounts.filter((account) => account.account === name);
  if (found.length > 0) return found;
  const known = accounts.map(({ account }) => account);
  throw new UsageError(terminalText(`no account "${name}", ${suggestion(name, known)}`));
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
