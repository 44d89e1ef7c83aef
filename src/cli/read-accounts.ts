import type { Config, ConfiguredAccount } from "../config/config.ts";
import type { HttpClient } from "../http/client.ts";
import { createScrubber } from "../log.ts";
import { readAccount } from "../poller/read-account.ts";
import { createSlots, MOST_PER_HOST } from "../poller/slots.ts";
import type { ReadContext } from "../providers/provider.ts";
import type { ReadOutcome } from "../quota/account.ts";
import type { CommandContext } from "./context.ts";

interface ReadingOptions {
  readonly config: Config;
  readonly http: HttpClient;
  /** Ends reads without an outcome. */
  readonly shutdown: AbortSignal;
  /** Hears what each expression finds, for accounts that a mapping reads. */
  readonly explain?: ReadContext["explain"];
}

/** Reads single accounts as the daemon would, but once; a fault of ours is told on stderr. */
export function createAccountReader({ config, http, shutdown, explain }: ReadingOptions, context: CommandContext) {
  const withSlot = createSlots(MOST_PER_HOST);
  const { scrub } = createScrubber(config.secrets);
  context.onCrash((error) => context.stderr.write(scrub(`${stackOf(error)}\n`)));
  return ({ account, host, read }: ConfiguredAccount): Promise<ReadOutcome | undefined> =>
    withSlot(host, () =>
      readAccount(read, {
        http,
        timeoutSeconds: config.poll.timeoutSeconds,
        shutdown,
        explain,
        now: () => new Date(),
        onBug: (error) =>
          context.stderr.write(scrub(`${account}: a fault in the exporter, please report it: ${stackOf(error)}\n`)),
      }),
    );
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
