import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import batch from "./fixtures/trpc.200.json" with { type: "json" };

const INPUT = encodeURIComponent('{"0":{"json":null},"1":{"json":null}}');

export const contract: ProviderContract = {
  apiKey: "planted.0123456789.planted",
  quotas: ["balance", "expiring_credits", "kilo_pass"],
  calls: [
    { method: "GET", path: "/api/profile/balance", answer: balance, needs: ["balance"] },
    {
      method: "GET",
      path: `/api/trpc/user.getCreditBlocks,kiloPass.getState?batch=1&input=${INPUT}`,
      answer: batch,
      needs: [
        "0.result",
        "0.result.data",
        "0.result.data.creditBlocks",
        "0.result.data.creditBlocks.0.balance_mUsd",
        "0.result.data.creditBlocks.0.expiry_date",
        "0.result.data.creditBlocks.1.balance_mUsd",
        "1.result.data",
        "1.result.data.subscription",
        "1.result.data.subscription.status",
        "1.result.data.subscription.cadence",
        "1.result.data.subscription.currentPeriodBaseCreditsUsd",
        "1.result.data.subscription.currentPeriodUsageUsd",
        "1.result.data.subscription.currentPeriodBonusCreditsUsd",
        "1.result.data.subscription.isBonusUnlocked",
        "1.result.data.subscription.nextBillingAt",
      ],
      isOptional: true,
    },
  ],
};
