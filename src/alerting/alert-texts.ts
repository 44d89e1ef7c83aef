import type { AlertName } from "../engine/alerts.ts";
import {
  BURN,
  FAILURES,
  type Fact,
  GRANTED,
  KEY_EXPIRED,
  KEY_EXPIRES,
  LAPSES,
  LAST_READING,
  LAST_SUCCESS,
  LEFT,
  RESETS,
  RUNS_OUT,
  SHARE_LEFT,
  subscriptionIs,
  WINDOW,
} from "./rule-facts.ts";

/**
 * What an alert says. The summary carries no number, so that it reads the same from the first notification to the last;
 * the numbers stand in the description, asked for when the alert is sent.
 */
export interface AlertText {
  readonly summary: (name: AlertSubjectName) => string;
  /** One sentence each, printed in a row. */
  readonly description: readonly (string | Fact)[];
}

export interface AlertSubjectName {
  /** Provider and account. */
  readonly of: string;
  readonly quota: string;
}

const STOCK = [LEFT, SHARE_LEFT, GRANTED, WINDOW] as const;

export const ALERT_TEXTS = {
  LLMQuotaExhausted: {
    summary: ({ of, quota }) => `${of}: ${quota} is exhausted`,
    description: [
      "Nothing is left and the provider refuses what needs this quota.",
      GRANTED,
      WINDOW,
      RESETS,
      LAPSES,
      "Send the work to another account or model, top up, or wait for the reset.",
    ],
  },
  LLMQuotaWillExhaust: {
    summary: ({ of, quota }) => `${of}: ${quota} runs out before it resets`,
    description: [
      "At the present pace this quota will be empty well before it comes back.",
      ...STOCK,
      BURN,
      RUNS_OUT,
      RESETS,
      LAPSES,
      "Find what has just started, then slow it down or move it to another account.",
    ],
  },
  LLMQuotaCreditsLow: {
    summary: ({ of, quota }) => `${of}: ${quota} needs a top-up`,
    description: [
      "These credits come back only when somebody pays.",
      ...STOCK,
      BURN,
      RUNS_OUT,
      LAPSES,
      "Top up, or ask whoever holds the purse to do so.",
    ],
  },
  LLMQuotaWatch: {
    summary: ({ of, quota }) => `${of}: ${quota} is getting low`,
    description: [
      "Worth a look in working hours, not yet worth a page.",
      ...STOCK,
      BURN,
      RUNS_OUT,
      RESETS,
      LAPSES,
      "See whether the work can wait for the reset.",
    ],
  },
  LLMQuotaUseOrLose: {
    summary: ({ of, quota }) => `${of}: much of ${quota} is about to lapse unused`,
    description: [
      "What is not used by then is gone.",
      ...STOCK,
      BURN,
      RESETS,
      LAPSES,
      "Use it now, or plan for a smaller one.",
    ],
  },
  LLMQuotaRateLimited: {
    summary: ({ of, quota }) => `${of}: ${quota} keeps hitting its rate limit`,
    description: [
      "The bucket refills by itself, but requests are being slowed or refused.",
      ...STOCK,
      "Spread the calls, or lower the concurrency.",
    ],
  },
  LLMQuotaLimitReduced: {
    summary: ({ of, quota }) => `${of}: the limit of ${quota} was reduced`,
    description: [
      "The provider grants less than before, confirmed by a second reading.",
      GRANTED,
      LEFT,
      SHARE_LEFT,
      WINDOW,
      "Check the plan; if the cut stays, lower the load or raise the plan.",
    ],
  },
  LLMQuotaDataStale: {
    summary: ({ of, quota }) => `${of}: ${quota} has no current reading`,
    description: [
      "The account answers, but without a usable value for this quota.",
      LAST_READING,
      RESETS,
      "Look at the last answers under /debug/polls and at the provider's own page.",
    ],
  },
  LLMQuotaAccountUnreadable: {
    summary: ({ of }) => `${of}: the account cannot be read`,
    description: [
      "Its quotas are unwatched until a read succeeds.",
      LAST_SUCCESS,
      FAILURES,
      "See the last error on the status page, and whether the provider has an outage.",
    ],
  },
  LLMQuotaCredentialRejected: {
    summary: ({ of }) => `${of}: the provider rejects the credential`,
    description: [
      "Twice in a row. Whoever uses this credential is probably refused too.",
      LAST_SUCCESS,
      "Put a valid credential in its place, for its users and for the exporter.",
    ],
  },
  LLMQuotaCredentialExpiring: {
    summary: ({ of }) => `${of}: the API key expires`,
    description: [
      "Whoever still uses it then is refused.",
      KEY_EXPIRES,
      KEY_EXPIRED,
      "Make a new key and hand it out before then.",
    ],
  },
  LLMQuotaSubscriptionLapsed: {
    summary: ({ of }) => `${of}: the subscription has lapsed`,
    description: [
      "The provider says that it is no longer paid for.",
      subscriptionIs("grace", "It is in grace: the plan still serves, but not for long."),
      subscriptionIs("inactive", "It is inactive: the plan no longer serves."),
      "Renew it, or take its work elsewhere.",
    ],
  },
} as const satisfies Record<AlertName, AlertText>;

/** The text as Prometheus's template language has it. */
export function templateOf(text: AlertText, selector: string): { summary: string; description: readonly string[] } {
  return {
    summary: text.summary({ of: "{{ $labels.provider }}/{{ $labels.account }}", quota: "{{ $labels.quota }}" }),
    description: text.description.map((part) => (typeof part === "string" ? part : part.template(selector))),
  };
}
