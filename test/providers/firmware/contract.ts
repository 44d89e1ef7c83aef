import type { ProviderContract } from "../../contract/contract.ts";
import quota from "./fixtures/quota.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-firmware-0123456789",
  quotas: ["five_hour"],
  calls: [{ method: "GET", path: "/quota", answer: quota, needs: ["used", "reset"], numbersMayBeText: true }],
};
