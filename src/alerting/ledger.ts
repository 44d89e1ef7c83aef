/** What an alert says: numbers stand here and never in its labels. */
export interface Annotations {
  readonly summary: string;
  readonly description: string;
}

/** An alert that fires now. */
export interface Wanted {
  /** Its identity, without empty values. */
  readonly labels: Readonly<Record<string, string>>;
  /** Empty for what is about a whole account. */
  readonly quota: string;
  readonly since: Date;
  readonly annotate: (now: Date) => Annotations;
}

/** An alert that is being told: as long as it fires, and for a while after it has ended. */
export interface ToldAlert extends Wanted {
  readonly fingerprint: string;
  /** The key of the account that it is about; empty for the daemon itself. */
  readonly owner: string;
  readonly resolvedAt: Date | undefined;
}

/** The same as it outlives the process. */
export interface KeptAlert {
  readonly fingerprint: string;
  readonly owner: string;
  readonly quota: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly since: Date;
  readonly resolvedAt: Date | undefined;
  readonly annotations: Annotations;
}

interface LedgerOptions {
  /** What was told before the start. */
  readonly kept: readonly KeptAlert[];
  /** Until when an alert from before the start goes on though nobody fires it any more; undefined: not at all. */
  readonly heldUntil: (kept: KeptAlert) => Date | undefined;
  /**
   * Whether another daemon tells the same alerts. Then no end is told: it might still fire there, and would page anew.
   * Alertmanager ends what neither of them tells any more. Not so by default.
   */
  readonly isShared?: () => boolean;
  /** Hears of everything that begins, ends or is forgotten. */
  readonly onChange: (change: { readonly keep: KeptAlert } | { readonly forget: string }) => void;
}

export interface Ledger {
  /** All that fires for an owner now: gives what has begun or ended by it. */
  update(owner: string, wanted: readonly Wanted[], now: Date): readonly ToldAlert[];
  /** Ends what belongs to none of these owners, and gives what is to be told of that. */
  retain(owners: ReadonlySet<string>, now: Date): readonly ToldAlert[];
  /** Everything that is to be told again: what fires, and what has ended within so many seconds. The rest is forgotten. */
  due(now: Date, seconds: number): readonly ToldAlert[];
}

/** Remembers what Alertmanager is being told, so that an end is told as reliably as a beginning. Pure but for `onChange`. */
export function createLedger({ kept, heldUntil, isShared = () => false, onChange }: LedgerOptions): Ledger {
  const byOwner = new Map<string, Map<string, ToldAlert>>();
  const held = new Map<string, Date>();
  const alertsOf = (owner: string) => byOwner.get(owner) ?? new Map<string, ToldAlert>();
  const put = (alert: ToldAlert) => byOwner.set(alert.owner, alertsOf(alert.owner).set(alert.fingerprint, alert));

  for (const { annotations, ...one } of kept) {
    put({ ...one, annotate: () => annotations });
    const until = one.resolvedAt === undefined ? heldUntil({ ...one, annotations }) : undefined;
    if (until !== undefined) held.set(one.fingerprint, until);
  }

  const change = (alert: ToldAlert, now: Date): ToldAlert => {
    const annotations = alert.annotate(alert.resolvedAt ?? now);
    // What has ended says for good what it said last.
    const told = alert.resolvedAt === undefined ? alert : { ...alert, annotate: () => annotations };
    const { annotate: _, ...rest } = told;
    put(told);
    onChange({ keep: { ...rest, annotations } });
    return told;
  };
  const forget = ({ owner, fingerprint }: ToldAlert) => {
    byOwner.get(owner)?.delete(fingerprint);
    onChange({ forget: fingerprint });
  };
  const end = (alert: ToldAlert, now: Date): readonly ToldAlert[] => {
    if (!isShared()) return [change({ ...alert, resolvedAt: now }, now)];
    forget(alert);
    return [];
  };

  const begin = (owner: string, fingerprint: string, wanted: Wanted, now: Date): readonly ToldAlert[] => {
    const before = alertsOf(owner).get(fingerprint);
    held.delete(fingerprint);
    const alert = { ...wanted, owner, fingerprint, resolvedAt: undefined };
    if (before === undefined || before.resolvedAt !== undefined) return [change(alert, now)];
    put({ ...alert, since: before.since });
    return [];
  };
  const isHeld = ({ fingerprint }: ToldAlert, now: Date) => now < (held.get(fingerprint) ?? now);
  const firing = (alerts: ReadonlyMap<string, ToldAlert>) =>
    [...alerts.values()].filter(({ resolvedAt }) => resolvedAt === undefined);

  return {
    update(owner, wanted, now) {
      if (wanted.length === 0 && !byOwner.has(owner)) return [];
      const named = new Map(wanted.map((one) => [fingerprintOf(one.labels), one]));
      const begun = [...named].flatMap(([fingerprint, one]) => begin(owner, fingerprint, one, now));
      const over = firing(alertsOf(owner)).filter((one) => !named.has(one.fingerprint) && !isHeld(one, now));
      return [...begun, ...over.flatMap((one) => end(one, now))];
    },
    retain(owners, now) {
      return [...byOwner].flatMap(([owner, alerts]) =>
        owners.has(owner) ? [] : firing(alerts).flatMap((one) => end(one, now)),
      );
    },
    due(now, seconds) {
      for (const [owner, alerts] of byOwner) {
        for (const alert of alerts.values()) {
          const { resolvedAt } = alert;
          if (resolvedAt !== undefined && now.getTime() - resolvedAt.getTime() > seconds * 1000) forget(alert);
        }
        if (alerts.size === 0) byOwner.delete(owner);
      }
      return [...byOwner.values()].flatMap((alerts) => [...alerts.values()]);
    },
  };
}

/** The same for the same labels, in whatever order they come. */
const fingerprintOf = (labels: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)));
