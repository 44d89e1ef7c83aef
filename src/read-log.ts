import type { Logger } from "./log.ts";
import { type Account, keyOf, type ReadOutcome } from "./quota/account.ts";

/** One line when an account begins to fail, fails differently, or works again; the rest are counters. */
export function createReadLog(log: Logger) {
  const failing = new Map<string, string>();
  return (account: Account, outcome: ReadOutcome) => {
    const fields = { provider: account.provider, account: account.account };
    if (outcome.ok) {
      if (failing.delete(keyOf(account))) log.info(fields, "the account can be read again");
      else log.debug({ ...fields, quotas: outcome.answer.readings.length }, "read");
      return;
    }
    const { reason, message, retryAfterSeconds } = outcome;
    const isNews = failing.get(keyOf(account)) !== reason;
    failing.set(keyOf(account), reason);
    log[isNews ? "warn" : "debug"](
      { ...fields, reason, problem: message, retryAfterSeconds },
      "the account could not be read",
    );
  };
}
