import type { AlertName } from "../engine/alerts.ts";
import type { Subscription } from "../quota/reading.ts";

/**
 * What an alert says, in Prometheus's template language. The summary carries no number, so that it reads the same
 * from the first notification to the last; the numbers stand in the description, asked for when the alert is sent.
 */
export interface AlertText {
  readonly summary: string;
  /** One sentence or fact each, printed in a row. */
  readonly description: readonly string[];
}

const OF_QUOTA = "{provider=%q,account=%q,quota=%q}";
const OF_ACCOUNT = "{provider=%q,account=%q}";
const IDENTITY = "{{ $labels.provider }}/{{ $labels.account }}";

/** `humanize` alone would print half a dollar as "500m usd". */
const AMOUNT =
  '{{ $left := . | first | value }}{{ if lt $left 1.0 }}{{ printf "%.2f" $left }}{{ else }}{{ humanize $left }}{{ end }}' +
  ' {{ . | first | label "unit" }}';
const SHARE = "{{ . | first | value | humanizePercentage }}";
const SPAN = "{{ . | first | value | humanizeDuration }}";

/**
 * A sentence that is only there when its query has an answer: a page without a number beats one with a gap in it.
 * `{{-` eats the space before, so that an absent sentence leaves none behind.
 */
function fact(query: string, labels: string, sentence: string): string {
  return `{{- with printf \`${query}\` ${labels} | query }} ${sentence}{{ end }}`;
}

function quotaFact(query: string, sentence: string): string {
  return fact(query, "$labels.provider $labels.account $labels.quota", sentence);
}

function accountFact(query: string, sentence: string): string {
  return fact(query, "$labels.provider $labels.account", sentence);
}

/** Of a quota told only as a share, the percentage says it all. */
const LEFT = [
  quotaFact(`llm_quota_remaining{provider=%q,account=%q,quota=%q,unit!="ratio"}`, `Left: ${AMOUNT}.`),
  quotaFact(`llm_quota_remaining_ratio${OF_QUOTA}`, `${SHARE} of the limit is left.`),
];
const RUNS_OUT = quotaFact(
  `llm_quota_exhaustion_timestamp_seconds{provider=%q,account=%q,quota=%q,estimate="likely"} - time() > 0`,
  `At this rate it runs out in ${SPAN}.`,
);
const RESETS = quotaFact(`llm_quota_reset_timestamp_seconds${OF_QUOTA} - time() > 0`, `It resets in ${SPAN}.`);
const LAPSES = quotaFact(`llm_quota_expiry_timestamp_seconds${OF_QUOTA} - time() > 0`, `It expires in ${SPAN}.`);
const GRANTED = quotaFact(`llm_quota_limit${OF_QUOTA}`, `The limit is now ${AMOUNT}.`);
const LAST_READING = quotaFact(
  `time() - llm_quota_last_reading_timestamp_seconds${OF_QUOTA}`,
  `The last good reading is ${SPAN} old.`,
);
const LAST_SUCCESS = accountFact(
  `time() - llm_quota_last_success_timestamp_seconds${OF_ACCOUNT}`,
  `The last successful read was ${SPAN} ago.`,
);
const FAILURES = accountFact(
  `sum by (reason) (increase(llm_quota_poll_failures_total${OF_ACCOUNT}[1h])) > 0`,
  `Failures within the hour: {{ range $i, $failure := . }}{{ if $i }}, {{ end }}{{ $failure | label "reason" }}{{ end }}.`,
);
const KEY_EXPIRES = accountFact(
  `llm_quota_credential_expiry_timestamp_seconds${OF_ACCOUNT} - time() > 0`,
  `It expires in ${SPAN}.`,
);
const KEY_EXPIRED = accountFact(
  `time() - llm_quota_credential_expiry_timestamp_seconds${OF_ACCOUNT} >= 0`,
  `It expired ${SPAN} ago.`,
);

function subscriptionFact(state: Subscription, sentence: string): string {
  return accountFact(`llm_quota_subscription_state{provider=%q,account=%q,state="${state}"} == 1`, sentence);
}

export const ALERT_TEXTS = {
  LLMQuotaExhausted: {
    summary: `${IDENTITY}: {{ $labels.quota }} is exhausted`,
    description: ["Nothing is left and the provider refuses what needs this quota.", RESETS],
  },
  LLMQuotaWillExhaust: {
    summary: `${IDENTITY}: {{ $labels.quota }} runs out before it resets`,
    description: ["At the present pace this quota will be empty well before it comes back.", ...LEFT, RUNS_OUT, RESETS],
  },
  LLMQuotaCreditsLow: {
    summary: `${IDENTITY}: {{ $labels.quota }} needs a top-up`,
    description: ["These credits come back only when somebody pays.", ...LEFT, RUNS_OUT, LAPSES],
  },
  LLMQuotaWatch: {
    summary: `${IDENTITY}: {{ $labels.quota }} is getting low`,
    description: ["Worth a look in working hours, not yet worth a page.", ...LEFT, RUNS_OUT, RESETS],
  },
  LLMQuotaUseOrLose: {
    summary: `${IDENTITY}: much of {{ $labels.quota }} is about to lapse unused`,
    description: ["What is not used by then is gone. Use it now, or plan for a smaller one.", ...LEFT, RESETS, LAPSES],
  },
  LLMQuotaRateLimited: {
    summary: `${IDENTITY}: {{ $labels.quota }} keeps hitting its rate limit`,
    description: ["The bucket refills by itself, but requests are being slowed or refused.", ...LEFT],
  },
  LLMQuotaLimitReduced: {
    summary: `${IDENTITY}: the limit of {{ $labels.quota }} was reduced`,
    description: ["The provider grants less than before, confirmed by a second reading.", GRANTED, ...LEFT],
  },
  LLMQuotaDataStale: {
    summary: `${IDENTITY}: {{ $labels.quota }} has no current reading`,
    description: ["The account answers, but without a usable value for this quota.", LAST_READING],
  },
  LLMQuotaAccountUnreadable: {
    summary: `${IDENTITY}: the account cannot be read`,
    description: ["Its quotas are unwatched until a read succeeds.", LAST_SUCCESS, FAILURES],
  },
  LLMQuotaCredentialRejected: {
    summary: `${IDENTITY}: the provider rejects the credential`,
    description: ["Twice in a row. Whoever uses this credential is probably refused too.", LAST_SUCCESS],
  },
  LLMQuotaCredentialExpiring: {
    summary: `${IDENTITY}: the API key expires`,
    description: ["Whoever still uses it then is refused.", KEY_EXPIRES, KEY_EXPIRED],
  },
  LLMQuotaSubscriptionLapsed: {
    summary: `${IDENTITY}: the subscription has lapsed`,
    description: [
      "The provider says that it is no longer paid for.",
      subscriptionFact("grace", "It is in grace: the plan still serves, but not for long."),
      subscriptionFact("inactive", "It is inactive: the plan no longer serves."),
    ],
  },
} as const satisfies Record<AlertName, AlertText>;
