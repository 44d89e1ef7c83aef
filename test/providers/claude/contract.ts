import type { ProviderContract } from "../../contract/contract.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };
import list from "./fixtures/usage.200.list.json" with { type: "json" };

const token = "sk-ant-oat01-planted0123456789";

export const contract: ProviderContract = {
  loginFile: {
    token,
    content: {
      claudeAiOauth: {
        accessToken: token,
        refreshToken: "sk-ant-ort01-invented",
        expiresAt: 1_795_298_400_000,
        scopes: ["user:inference", "user:profile"],
        subscriptionType: "max",
        rateLimitTier: "default_claude_max_20x",
      },
    },
  },
  quotas: ["five_hour", "seven_day", "extra_usage", "seven_day_sonnet", "seven_day_fable_5"],
  calls: [
    {
      method: "GET",
      path: "/api/oauth/usage",
      answer: usage,
      needs: [
        "five_hour",
        "five_hour.utilization",
        "five_hour.resets_at",
        "seven_day.utilization",
        "seven_day_sonnet.utilization",
        "extra_usage",
        "extra_usage.is_enabled",
        "extra_usage.monthly_limit",
        "extra_usage.used_credits",
        "extra_usage.currency",
        "limits",
        "limits.0",
        "limits.0.kind",
        "limits.0.percent",
        "limits.0.resets_at",
        "limits.2.scope",
        "limits.2.scope.model.display_name",
      ],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "told as a list": {
    ...contract,
    quotas: ["five_hour", "seven_day"],
    calls: [{ method: "GET", path: "/api/oauth/usage", answer: list, needs: ["limits", "limits.1.percent"] }],
  },
};
