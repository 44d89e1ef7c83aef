/** Every alert that the engine decides. Renaming one breaks other people's routes and silences. */
export const QUOTA_ALERTS = [
  "LLMQuotaExhausted",
  "LLMQuotaWillExhaust",
  "LLMQuotaCreditsLow",
  "LLMQuotaWatch",
  "LLMQuotaUseOrLose",
  "LLMQuotaRateLimited",
  "LLMQuotaDataStale",
] as const;
export const ACCOUNT_ALERTS = ["LLMQuotaAccountUnreadable", "LLMQuotaCredentialRejected"] as const;

export type QuotaAlert = (typeof QUOTA_ALERTS)[number];
export type AccountAlert = (typeof ACCOUNT_ALERTS)[number];
export type AlertName = QuotaAlert | AccountAlert;
