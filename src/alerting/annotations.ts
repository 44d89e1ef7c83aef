import type { AccountSnapshot, ActiveAlert } from "../engine/snapshot.ts";
import { ALERT_TEXTS, type AlertText } from "./alert-texts.ts";

/** What an alert that the daemon sends by itself says: the same as Prometheus makes of the shipped rules. */
export function annotationsOf(
  alert: ActiveAlert,
  account: AccountSnapshot,
  now: Date,
): { readonly summary: string; readonly description: string } {
  const text: AlertText = ALERT_TEXTS[alert.alert];
  // Of a quota that the provider has dropped for good nothing is exposed either.
  const quota = account.quotas.find((one) => one.quota === alert.quota && !one.gone);
  const subject = { account, quota, now };
  return {
    summary: text.summary({ of: `${account.provider}/${account.account}`, quota: alert.quota }),
    description: text.description
      .map((part) => (typeof part === "string" ? part : part.text(subject)))
      .filter((sentence) => sentence !== undefined)
      .join(" "),
  };
}
