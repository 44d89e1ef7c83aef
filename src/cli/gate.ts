import type { QuotasAnswer } from "./quotas-answer.ts";

/** What `--fail-on` takes: at least that severity, or nothing left. */
export const LEVELS = ["info", "warning", "critical", "exhausted"] as const;
type Level = (typeof LEVELS)[number];
export type FailOn = readonly Level[];

const RANK = { none: 0, info: 1, warning: 2, critical: 3 } as const;

type AccountEntry = QuotasAnswer["accounts"][number];
type QuotaEntry = AccountEntry["quotas"][number];

/** What a script has to know. Each entry is one line of text. */
interface GateVerdict {
  /** Quotas that are as bad as asked. */
  readonly reached: readonly string[];
  /** What nobody can say that of, nor the opposite. */
  readonly untold: readonly string[];
}

/** Severity is what the config made of it, so that this and the pager agree. */
export function gate(accounts: readonly AccountEntry[], failOn: FailOn): GateVerdict {
  const quotas = accounts.flatMap((account) => account.quotas.map((quota) => ({ account: account.account, quota })));
  const isReached = ({ quota }: (typeof quotas)[number]) => failOn.some((level) => reaches(quota, level));
  return {
    reached: quotas
      .filter(isReached)
      .map(({ account, quota }) => `${account} ${quota.quota}: ${quota.state}, severity ${quota.severity}`),
    untold: [
      ...accounts.filter(isUnread).map(({ account, error }) => `${account}: ${whyUnread(error)}`),
      ...quotas
        .filter((each) => !each.quota.valid && !isReached(each))
        .map(({ account, quota }) => `${account} ${quota.quota}: the last good reading is too old`),
    ],
  };
}

/** Somebody who set the severity of a quota to none does not want to hear of it, exhausted or not. */
function reaches({ state, severity }: QuotaEntry, level: Level): boolean {
  if (level === "exhausted") return state === "exhausted" && severity !== "none";
  return RANK[severity] >= RANK[level];
}

/**
 * After one failed read the readings before it stand until they are too old; without any, nothing is known. Whoever is
 * refused can make no call either, whatever was left before.
 */
const isUnread = ({ up, quotas, error }: AccountEntry) => !up && (quotas.length === 0 || isRefusal(error?.reason));

const isRefusal = (reason: string | undefined) => reason === "auth" || reason === "not_entitled";

const whyUnread = (error: AccountEntry["error"]) =>
  error === null ? "not read yet" : `could not be read (${error.reason}: ${error.message})`;
