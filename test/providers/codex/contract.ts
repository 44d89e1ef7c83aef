import type { ProviderContract } from "../../contract/contract.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };

const token = "planted-access-token-0123456789";

export const contract: ProviderContract = {
  loginFile: {
    token,
    content: {
      auth_mode: "chatgpt",
      OPENAI_API_KEY: null,
      tokens: { id_token: "invented", access_token: token, refresh_token: "rt_invented", account_id: "8f6d-invented" },
      last_refresh: "2026-11-20T12:34:56.789Z",
    },
  },
  quotas: [
    "five_hour",
    "weekly",
    "code_review_weekly",
    "credits",
    "spend_control",
    "gpt_5_3_codex_spark_five_hour",
    "gpt_5_3_codex_spark_weekly",
  ],
  calls: [
    {
      method: "GET",
      path: "/wham/usage",
      answer: usage,
      needs: [
        "plan_type",
        "rate_limit",
        "rate_limit.primary_window",
        "rate_limit.primary_window.used_percent",
        "rate_limit.primary_window.limit_window_seconds",
        "rate_limit.primary_window.reset_at",
        "rate_limit.secondary_window.used_percent",
        "code_review_rate_limit.primary_window.used_percent",
        "additional_rate_limits",
        "additional_rate_limits.0.limit_name",
        "additional_rate_limits.0.rate_limit.primary_window.limit_window_seconds",
        "credits",
        "credits.has_credits",
        "credits.unlimited",
        "spend_control",
        "spend_control.individual_limit",
        "spend_control.individual_limit.reset_at",
      ],
    },
  ],
};
