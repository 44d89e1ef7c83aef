import type { ProviderContract } from "../../contract/contract.ts";
import credits from "./fixtures/credits.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-vercel-0123456789",
  quotas: ["balance"],
  calls: [{ method: "GET", path: "/credits", answer: credits, needs: ["balance"], numbersMayBeText: true }],
};
