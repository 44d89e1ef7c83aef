import { explain } from "../engine/explain.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import type { OnDemand, PollLog, PollRecord } from "../quota/poll-log.ts";
import { accountEntry, quotaEntry, time } from "./quotas-document.ts";
import type { AccountDocument, PollEntry, PollsDocument } from "./schemas/account.ts";

interface AccountFacts {
  readonly account: AccountSnapshot;
  /** The time of the snapshot that the account is from. */
  readonly at: Date;
  readonly log: PollLog | undefined;
  /** How a refresh that was asked for went; `pending` when it is still under way. */
  readonly refresh: OnDemand | "pending" | undefined;
  readonly settings: EngineSettings;
  readonly now: Date;
}

/** The document of `/api/v1/accounts/NAME`. */
export function accountDocument({ account, at, log, refresh, settings, now }: AccountFacts): AccountDocument {
  const quotas = account.quotas.filter((quota) => !quota.gone);
  return {
    generated_at: at.toISOString(),
    ...accountEntry({ ...account, quotas }),
    quotas: quotas.map((quota) => ({ ...quotaEntry(quota), explanation: explain(quota, settings, now) })),
    models: account.answer?.models ?? null,
    credential_expires_at: time(account.answer?.credentialExpiresAt),
    interval_seconds: account.intervalSeconds,
    last_poll: time(account.lastPollAt),
    next_poll: time(log?.nextPollAt),
    refresh: refresh ?? null,
    polls: (log?.polls ?? []).map(pollEntry),
  };
}

/** The document of `/debug/polls`. */
export function pollsDocument(snapshot: Snapshot, logOf: (account: string) => PollLog | undefined): PollsDocument {
  return {
    generated_at: snapshot.at.toISOString(),
    accounts: snapshot.accounts.map(({ provider, account }) => {
      const log = logOf(account);
      return { provider, account, next_poll: time(log?.nextPollAt), polls: (log?.polls ?? []).map(pollEntry) };
    }),
  };
}

function pollEntry({ at, seconds, failure, readings }: PollRecord): PollEntry {
  return {
    at: at.toISOString(),
    seconds: Number(seconds.toFixed(3)),
    ok: failure === undefined,
    error: failure ?? null,
    readings: readings ?? null,
  };
}
