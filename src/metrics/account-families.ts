import { FAILURE_REASONS } from "../quota/failure.ts";
import type { Subscription } from "../quota/reading.ts";
import { type Family, family, unixSeconds } from "./family.ts";

const SUBSCRIPTIONS = ["active", "grace", "inactive"] as const satisfies readonly Subscription[];

/** Whether an account can be read, and what its answers say of the account itself. */
export const ACCOUNT_FAMILIES: readonly Family[] = [
  family({
    name: "llm_quota_account_up",
    type: "gauge",
    help: "Whether the last read of the account worked (1) or not (0). 0 before the first read.",
    labels: [],
    account: (account, write) => write(account.up ? 1 : 0),
  }),
  family({
    name: "llm_quota_account_metered",
    type: "gauge",
    help: "Whether the provider has quotas for this account (1) or none at all (0). Absent before the first answer.",
    labels: [],
    account: ({ answer }, write) => write(answer && (answer.metered ? 1 : 0)),
  }),
  family({
    name: "llm_quota_account_info",
    type: "gauge",
    help: "The plan of the account, empty where the provider names none. Always 1, absent before the first answer.",
    labels: ["plan"],
    account: ({ answer }, write) => write(answer && 1, answer?.plan ?? ""),
  }),
  family({
    name: "llm_quota_account_models",
    type: "gauge",
    help: "Number of models that the account may use. Absent when the provider does not say.",
    labels: [],
    account: ({ answer }, write) => write(answer?.models?.length),
  }),
  family({
    name: "llm_quota_subscription_state",
    type: "gauge",
    help: "State of the subscription: one series per state, exactly one is 1. Absent when the provider does not say.",
    labels: ["state"],
    account: ({ answer }, write) => {
      const subscription = answer?.subscription;
      if (subscription === undefined) return;
      for (const state of SUBSCRIPTIONS) write(state === subscription ? 1 : 0, state);
    },
  }),
  family({
    name: "llm_quota_credential_expiry_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which the credential expires. Absent when unknown.",
    labels: [],
    account: ({ answer }, write) => write(unixSeconds(answer?.credentialExpiresAt)),
  }),
  family({
    name: "llm_quota_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the last read that worked. Absent before the first.",
    labels: [],
    account: (account, write) => write(unixSeconds(account.lastSuccessAt)),
  }),
  family({
    name: "llm_quota_last_poll_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the last read, whether it worked or not. Absent before the first.",
    labels: [],
    account: (account, write) => write(unixSeconds(account.lastPollAt)),
  }),
  family({
    name: "llm_quota_poll_interval_seconds",
    type: "gauge",
    help: "Configured time between two reads of the account.",
    labels: [],
    account: (account, write) => write(account.intervalSeconds),
  }),
  family({
    name: "llm_quota_polls_total",
    type: "counter",
    help: "Reads of the account since process start, failed ones included.",
    labels: [],
    account: (account, write) => write(account.pollsTotal),
  }),
  family({
    name: "llm_quota_poll_failures_total",
    type: "counter",
    help: "Reads of the account that failed since process start, by reason.",
    labels: ["reason"],
    account: (account, write) => {
      for (const reason of FAILURE_REASONS) write(account.failuresTotal[reason], reason);
    },
  }),
  family({
    name: "llm_quota_probe_tokens_total",
    type: "counter",
    help: "Tokens that opt-in probes have used since process start.",
    labels: ["direction"],
    account: ({ probeTokensTotal }, write) => {
      write(probeTokensTotal.input, "input");
      write(probeTokensTotal.output, "output");
    },
  }),
  family({
    name: "llm_quota_probe_duration_seconds",
    type: "gauge",
    help: "How long the opt-in probe of the last read took to be answered. Absent when that read failed or had no probe.",
    labels: [],
    account: ({ up, answer }, write) => {
      if (up && answer?.probe !== undefined) write(answer.probe.latencyMs / 1000);
    },
  }),
];
