import type { AlertName } from "../engine/alerts.ts";
import type { AccountSnapshot, ActiveAlert } from "../engine/snapshot.ts";
import { formatDuration, secondsBetween } from "../quota/format.ts";
import type { Severity } from "../quota/state.ts";
import { type Html, html } from "./html.ts";
import { time } from "./time-element.ts";

type Account = Pick<AccountSnapshot, "answer">;

const WORDS: Readonly<Record<AlertName, (account: Account, now: Date) => string>> = {
  LLMQuotaExhausted: () => "Nothing is left",
  LLMQuotaWillExhaust: () => "It will run out before its reset",
  LLMQuotaCreditsLow: () => "The credits are running low",
  LLMQuotaWatch: () => "It may run out",
  LLMQuotaUseOrLose: () => "What is left is about to lapse unused",
  LLMQuotaRateLimited: () => "It is low again and again",
  LLMQuotaLimitReduced: () => "Its limit was reduced",
  LLMQuotaDataStale: () => "Its last good reading is too old",
  LLMQuotaAccountUnreadable: () => "No read has worked for too long",
  LLMQuotaCredentialRejected: () => "The provider rejects the credential",
  LLMQuotaCredentialExpiring: expiring,
  LLMQuotaSubscriptionLapsed: ({ answer }) =>
    answer?.subscription === "grace" ? "The subscription has lapsed and is in grace" : "The subscription has lapsed",
};

/** What the config has silenced is shown, but under no colour. */
const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  critical: "critical",
  warning: "warning",
  info: "info",
  none: "silenced",
};

/** What fires, each with its name, for silences and routes, and since when; nothing where nothing does. */
export function alertList(alerts: readonly ActiveAlert[], account: Account, now: Date): Html | undefined {
  if (alerts.length === 0) return undefined;
  return html`<ul class="alerts">
${alerts.map(
  ({ alert, severity, since }) =>
    html`<li class="severity-${severity}"><span class="badge">${SEVERITY_WORDS[severity]}</span> <span>${WORDS[alert](account, now)} <span class="name">${alert}, ${time(since, `for ${formatDuration(secondsBetween(since, now))}`)}</span></span></li>
`,
)}</ul>`;
}

function expiring({ answer }: Account, now: Date): string {
  const at = answer?.credentialExpiresAt;
  if (at === undefined) return "The API key is about to expire";
  return at > now ? `The API key expires in ${formatDuration(secondsBetween(now, at))}` : "The API key has expired";
}
