import type { ProviderContract } from "../../contract/contract.ts";
import balances from "./fixtures/balances.200.json" with { type: "json" };
import projects from "./fixtures/projects.200.json" with { type: "json" };

const balancesCall = {
  method: "GET",
  path: "/v1/projects/5b1c7f0e-2d41-4f5a-9c02-7a3e00000001/balances",
  answer: balances,
  needs: ["balances"],
} as const;

export const contract: ProviderContract = {
  apiKey: "planted-deepgram-0123456789",
  quotas: ["balance"],
  calls: [{ method: "GET", path: "/v1/projects", answer: projects, needs: ["projects"] }, balancesCall],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with its project": {
    apiKey: "planted-deepgram-0123456789",
    settings: { project_id: "5b1c7f0e-2d41-4f5a-9c02-7a3e00000001" },
    quotas: ["balance"],
    calls: [balancesCall],
  },
};
