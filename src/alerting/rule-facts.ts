import { type Shown, shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import type { Subscription } from "../quota/reading.ts";
import { fixed, humanize, humanizeDuration, humanizePercentage } from "./humanize.ts";

/** What an alert is about, at one instant. */
export interface Subject {
  readonly account: AccountSnapshot;
  /** Absent for an alert about the account as a whole, and once the quota is gone. */
  readonly quota: QuotaSnapshot | undefined;
  readonly now: Date;
}

/** One sentence of a description, there only while its value is known: a page without a number beats one with a gap. */
export interface Fact {
  /** In Prometheus's template language; `selector` narrows its query to our own series. */
  readonly template: (selector: string) => string;
  /** The same sentence, of what is known now. */
  readonly text: (subject: Subject) => string | undefined;
}

/** How a value is printed, by Prometheus and by us. */
interface Format<V> {
  readonly template: string;
  readonly text: (value: V, subject: Subject) => string;
}

interface Definition<V> {
  /** `id` stands for the matchers that name the quota or account. */
  readonly query: (id: string) => string;
  readonly value: (subject: Subject) => V | undefined;
  readonly format: Format<V>;
  readonly sentence: (value: string) => string;
}

/** `humanize` alone would print half a dollar as "500m usd". */
const AMOUNT: Format<number> = {
  template:
    '{{ $left := . | first | value }}{{ if lt $left 1.0 }}{{ printf "%.2f" $left }}{{ else }}{{ humanize $left }}{{ end }}' +
    ' {{ . | first | label "unit" }}',
  text: (value, { quota }) => `${value < 1 ? fixed(value, 2) : humanize(value)} ${quota?.reading.unit}`,
};
const SHARE: Format<number> = {
  template: "{{ . | first | value | humanizePercentage }}",
  text: humanizePercentage,
};
const SPAN: Format<number> = {
  template: "{{ . | first | value | humanizeDuration }}",
  text: humanizeDuration,
};
const TIMES: Format<number> = {
  template: '{{ . | first | value | printf "%.2f" }}',
  text: (value) => fixed(value, 2),
};
const REASONS: Format<string> = {
  template: '{{ range $i, $failure := . }}{{ if $i }}, {{ end }}{{ $failure | label "reason" }}{{ end }}',
  text: (reason) => reason,
};
const NOTHING: Format<true> = { template: "", text: () => "" };

/** `{{-` eats the space before, so that an absent sentence leaves none behind. */
function fact<V>(matchers: string, names: string, { query, value, format, sentence }: Definition<V>): Fact {
  return {
    template(selector) {
      const id = selector === "" ? matchers : `${matchers},${selector.replaceAll("%", "%%")}`;
      return `{{- with printf \`${query(id)}\` ${names} | query }} ${sentence(format.template)}{{ end }}`;
    },
    text(subject) {
      const found = value(subject);
      // A number that is none is no sample either.
      if (found === undefined || (typeof found === "number" && !Number.isFinite(found))) return undefined;
      return sentence(format.text(found, subject));
    },
  };
}

const ofQuota = <V>(definition: Definition<V>): Fact =>
  fact("provider=%q,account=%q,quota=%q", "$labels.provider $labels.account $labels.quota", definition);
const ofAccount = <V>(definition: Definition<V>): Fact =>
  fact("provider=%q,account=%q", "$labels.provider $labels.account", definition);

/** What is exposed of the quota: nothing else may be told as the truth of now. */
const exposed = ({ quota }: Subject): Partial<Shown> => (quota === undefined ? {} : shown(quota));
/** Of a quota told only as a share, the percentage says it all. */
const counted = (subject: Subject): Partial<Shown> => (subject.quota?.reading.unit === "ratio" ? {} : exposed(subject));

const unixSeconds = (instant: Date): number => instant.getTime() / 1000;
function until(instant: Date | undefined, now: Date): number | undefined {
  const seconds = instant && unixSeconds(instant) - unixSeconds(now);
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}
const since = (instant: Date | undefined, now: Date): number | undefined =>
  instant && unixSeconds(now) - unixSeconds(instant);

export const LEFT = ofQuota({
  query: (id) => `llm_quota_remaining{${id},unit!="ratio"}`,
  value: (subject) => counted(subject).remaining,
  format: AMOUNT,
  sentence: (amount) => `Left: ${amount}.`,
});
export const SHARE_LEFT = ofQuota({
  query: (id) => `llm_quota_remaining_ratio{${id}}`,
  value: (subject) => exposed(subject).ratio,
  format: SHARE,
  sentence: (share) => `${share} of the limit is left.`,
});
export const GRANTED = ofQuota({
  query: (id) => `llm_quota_limit{${id},unit!="ratio"}`,
  value: (subject) => counted(subject).limit,
  format: AMOUNT,
  sentence: (amount) => `The limit is ${amount}.`,
});
export const WINDOW = ofQuota({
  query: (id) => `llm_quota_period_seconds{${id}}`,
  value: ({ quota }) => quota?.reading.periodSeconds,
  format: SPAN,
  sentence: (span) => `The window is ${span} long.`,
});
export const BURN = ofQuota({
  query: (id) => `llm_quota_burn_rate{${id},window="long"}`,
  value: (subject) => exposed(subject).longBurn,
  format: TIMES,
  sentence: (times) => `The long-term pace would use ${times} times what is left.`,
});
export const RUNS_OUT = ofQuota({
  query: (id) => `llm_quota_exhaustion_timestamp_seconds{${id},estimate="likely"} - time() > 0`,
  value: (subject) => until(exposed(subject).forecast?.likely, subject.now),
  format: SPAN,
  sentence: (span) => `At this rate it runs out in ${span}.`,
});
export const RESETS = ofQuota({
  query: (id) => `llm_quota_reset_timestamp_seconds{${id}} - time() > 0`,
  value: ({ quota, now }) => until(quota?.reading.resetAt, now),
  format: SPAN,
  sentence: (span) => `It resets in ${span}.`,
});
export const LAPSES = ofQuota({
  query: (id) => `llm_quota_expiry_timestamp_seconds{${id}} - time() > 0`,
  value: ({ quota, now }) => until(quota?.reading.expiresAt, now),
  format: SPAN,
  sentence: (span) => `It expires in ${span}.`,
});
export const LAST_READING = ofQuota({
  query: (id) => `time() - llm_quota_last_reading_timestamp_seconds{${id}}`,
  value: ({ quota, now }) => since(quota?.lastGoodAt, now),
  format: SPAN,
  sentence: (span) => `The last good reading is ${span} old.`,
});
export const LAST_SUCCESS = ofAccount({
  query: (id) => `time() - llm_quota_last_success_timestamp_seconds{${id}}`,
  value: ({ account, now }) => since(account.lastSuccessAt, now),
  format: SPAN,
  sentence: (span) => `The last successful read was ${span} ago.`,
});
/** Prometheus sees the counters of the last hour; the snapshot knows why the last read failed. */
export const FAILURES = ofAccount({
  query: (id) => `sum by (reason) (increase(llm_quota_poll_failures_total{${id}}[1h])) > 0`,
  value: ({ account }) => account.error?.reason,
  format: REASONS,
  sentence: (reasons) => `Reads fail with: ${reasons}.`,
});
export const KEY_EXPIRES = ofAccount({
  query: (id) => `llm_quota_credential_expiry_timestamp_seconds{${id}} - time() > 0`,
  value: ({ account, now }) => until(account.answer?.credentialExpiresAt, now),
  format: SPAN,
  sentence: (span) => `It expires in ${span}.`,
});
export const KEY_EXPIRED = ofAccount({
  query: (id) => `time() - llm_quota_credential_expiry_timestamp_seconds{${id}} >= 0`,
  value({ account, now }) {
    const seconds = since(account.answer?.credentialExpiresAt, now);
    return seconds !== undefined && seconds >= 0 ? seconds : undefined;
  },
  format: SPAN,
  sentence: (span) => `It expired ${span} ago.`,
});

export function subscriptionIs(state: Subscription, sentence: string): Fact {
  return ofAccount({
    query: (id) => `llm_quota_subscription_state{${id},state="${state}"} == 1`,
    value: ({ account }) => (account.answer?.subscription === state ? true : undefined),
    format: NOTHING,
    sentence: () => sentence,
  });
}
