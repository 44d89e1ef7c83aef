import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import { keyOf } from "../quota/account.ts";
import type { Store } from "../store/store.ts";
import { alertsOfAccount } from "./firing-alerts.ts";
import { decodeAlert, encodeAlert } from "./kept-alert.ts";
import { createLedger, type KeptAlert, type Wanted } from "./ledger.ts";
import type { Outlet } from "./replica.ts";

interface PushOptions {
  /** What is known at the start, from before it. */
  readonly snapshot: Snapshot;
  readonly store: Pick<Store, "alerts" | "keepAlert" | "forgetAlert">;
  readonly outlet: Outlet;
  readonly now: () => Date;
  /** Time between two sends of an alert that fires. Asked anew each time. */
  readonly resendSeconds: () => number;
  /** Whether another daemon tells the same alerts, and may hear of an end later than this one. */
  readonly hasPeer: () => boolean;
  /** What the daemon says of itself. */
  readonly ofExporter: (now: Date) => readonly Wanted[];
  /** A fault of ours, which keeps nothing but the account's own alerts from being told. */
  readonly onBug: (account: AccountSnapshot, error: unknown) => void;
}

export interface Push {
  /** Tells what has begun or ended on one account, at once. */
  take(account: AccountSnapshot): void;
  /** The same for all. An account that is not there any more has nothing that fires. */
  evaluate(snapshot: Snapshot): void;
  /** Tells all of it again, as to somebody who has heard nothing. */
  resend(): void;
  /** Ends nothing: what fires stays so at Alertmanager until the daemon is back, for four intervals. */
  stop(graceMs: number): Promise<void>;
}

/** In intervals between two sends, with one minute as Prometheus has it: 4, 15 and 10 minutes. */
export const VALID_INTERVALS = 4;
const RESOLVED_INTERVALS = 15;
/** As long as the rules bridge a restart: an alert that the engine has forgotten over one has this long to come back. */
const HELD_INTERVALS = 10;
const EXPORTER = "";

/** Tells an outlet what the engine fires: at once what is new, and all of it again and again. */
export function createPush({
  snapshot,
  store,
  outlet,
  now,
  resendSeconds,
  hasPeer,
  ofExporter,
  onBug,
}: PushOptions): Push {
  const known = new Map(snapshot.accounts.map((account) => [keyOf(account), account]));
  const startedAt = now().getTime();
  const ledger = createLedger({
    kept: keptIn(store),
    heldUntil: (kept) =>
      isForgotten(kept, known.get(kept.owner))
        ? new Date(startedAt + HELD_INTERVALS * resendSeconds() * 1000)
        : undefined,
    isShared: hasPeer,
    onChange(change) {
      if ("forget" in change) {
        store.forgetAlert(change.forget);
        outlet.withdraw(change.forget);
      } else store.keepAlert(change.keep.fingerprint, encodeAlert(change.keep));
    },
  });
  const tell = (news: ReturnType<typeof ledger.update>) => {
    if (news.length > 0) outlet.offer(news);
  };

  const update = (account: AccountSnapshot, at: Date) => {
    try {
      return ledger.update(keyOf(account), alertsOfAccount(account), at);
    } catch (error) {
      onBug(account, error);
      return [];
    }
  };
  const evaluate: Push["evaluate"] = ({ accounts }) => {
    const at = now();
    tell([
      ...ledger.update(EXPORTER, ofExporter(at), at),
      ...accounts.flatMap((account) => update(account, at)),
      ...ledger.retain(new Set([EXPORTER, ...accounts.map(keyOf)]), at),
    ]);
  };
  let timer: NodeJS.Timeout;
  /** The next time counts from this one: what was just told lasts for four of the intervals that hold now. */
  const resend = () => {
    clearTimeout(timer);
    timer = setTimeout(resend, resendSeconds() * 1000);
    outlet.offer(ledger.due(now(), RESOLVED_INTERVALS * resendSeconds()));
  };

  evaluate(snapshot);
  resend();
  return {
    take: (account) => tell(update(account, now())),
    evaluate,
    resend,
    async stop(graceMs) {
      resend();
      clearTimeout(timer);
      await outlet.stop(graceMs);
    },
  };
}

/** What nobody can read would stay for ever. */
function keptIn(store: PushOptions["store"]): readonly KeptAlert[] {
  return store.alerts().flatMap(({ name, text }) => {
    const kept = decodeAlert(text);
    if (kept === undefined) store.forgetAlert(name);
    return kept ?? [];
  });
}

/** Of an account that is still there, the engine knows nothing that could say whether it goes on. */
function isForgotten({ quota }: KeptAlert, account: AccountSnapshot | undefined): boolean {
  if (account === undefined) return false;
  if (quota === "") return account.lastPollAt === undefined;
  return account.quotas.every((one) => one.quota !== quota);
}
