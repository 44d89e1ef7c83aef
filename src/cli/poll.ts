import { createWatch } from "../alerting/watch.ts";
import { userAgent } from "../app.ts";
import type { ConfiguredAccount } from "../config/config.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { createHttpClient } from "../http/undici-client.ts";
import { createScrubber } from "../log.ts";
import { renderFamilies } from "../metrics/render.ts";
import { readAccount } from "../poller/read-account.ts";
import { createSlots, MOST_PER_HOST } from "../poller/slots.ts";
import { quotasDocument } from "../server/quotas-document.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";
import { quotasTable } from "./quotas-table.ts";

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
  const withSlot = createSlots(MOST_PER_HOST);
  const { scrub } = createScrubber(config.secrets);
  context.onCrash((error) => context.stderr.write(scrub(`${stackOf(error)}\n`)));
  await Promise.all(
    accounts.map(async (account) => {
      const outcome = await withSlot(account.host, () =>
        readAccount(account.read, {
          http,
          timeoutSeconds: config.poll.timeoutSeconds,
          shutdown: shutdown.signal,
          now: () => new Date(),
          onBug: (error) =>
            context.stderr.write(
              scrub(`${account.account}: a fault in the exporter, please report it: ${stackOf(error)}\n`),
            ),
        }),
      );
      if (outcome !== undefined) watch.take(account, outcome);
    }),
  );
  await http.close();
  if (shutdown.signal.aborted) return 1;
  const snapshot = watch.snapshot();
  await write(context.stdout, print(snapshot, args.output));
  return snapshot.accounts.every((account) => account.up) ? 0 : 1;
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function chosen(accounts: readonly ConfiguredAccount[], name: string | undefined): readonly ConfiguredAccount[] {
  if (name === undefined) return accounts;
  const found = accounts.filter((account) => account.account === name);
  if (found.length > 0) return found;
  throw new UsageError(`no account "${name}", there are ${accounts.map(({ account }) => account).join(", ")}`);
}

function print(snapshot: Snapshot, output: Arguments["output"]): string {
  switch (output) {
    case "json":
      return `${JSON.stringify(quotasDocument(snapshot), null, 2)}\n`;
    case "prometheus":
      return renderFamilies(snapshot, snapshot.at);
    case "table":
      return quotasTable(quotasDocument(snapshot), snapshot.at);
  }
}
