/** Every alert that the engine decides. Renaming one breaks other people's routes and silences. */
export const QUOTA_ALERTS = [
  "LLMQuotaExhausted",
  "LLMQuotaWillExhaust",
  "LLMQuotaCreditsLow",
  "LLMQuotaWatch",
  "LLMQuotaUseOrLose",
  "LLMQuotaRateLimited",
  "LLMQuotaLimitReduced",
  "LLMQuotaDataStale",
] as const;
export const ACCOUNT_ALERTS = [
  "LLMQuotaAccountUnreadable",
  "LLMQuotaCredentialRejected",
  "LLMQuotaCredentialExpiring",
  "LLMQuotaSubscriptionLapsed",
] as const;

export type QuotaAlert = (typeof QUOTA_ALERTS)[number];
export type AccountAlert = (typeof ACCOUNT_ALERTS)[number];
export type AlertName = QuotaAlert | AccountAlert;

/** Whether the state of a quota fires it. What is told beside the state moves neither it nor the severity. */
export const isOfState = (alert: QuotaAlert): boolean =>
  alert !== "LLMQuotaLimitReduced" && alert !== "LLMQuotaDataStale";
