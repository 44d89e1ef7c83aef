import type { ProviderContract } from "../../contract/contract.ts";
import org from "./fixtures/org.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-requesty-0123456789",
  quotas: ["balance"],
  calls: [{ method: "GET", path: "/manage/org", answer: org, needs: ["balance"], numbersMayBeText: true }],
};
