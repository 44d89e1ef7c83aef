import { readFileSync } from "node:fs";
import type { ProviderContract } from "../../contract/contract.ts";
import vector from "./fixtures/query.200.json" with { type: "json" };
import scalar from "./fixtures/query.200.scalar.json" with { type: "json" };

const page = readFileSync(new URL("fixtures/metrics.200.txt", import.meta.url), "utf8");

const apiKey = "planted-0123456789";

export const contract: ProviderContract = {
  apiKey,
  quotas: ["budget", "batch_budget"],
  settings: {
    readings: [
      {
        quota: "budget",
        kind: "calendar",
        unit: "usd",
        limit: 'litellm_api_key_max_budget_metric{api_key_alias="ci"}',
        remaining: 'litellm_remaining_api_key_budget_metric{api_key_alias="ci"}',
        reset_in: 'litellm_api_key_budget_remaining_hours_metric{api_key_alias="ci"} * 3600',
      },
      {
        quota: "batch_budget",
        kind: "credits",
        unit: "usd",
        remaining: 'litellm_remaining_api_key_budget_metric{api_key_alias="batch"}',
      },
    ],
  },
  calls: [{ method: "GET", path: "/metrics", answer: page, needs: [] }],
};

const VALUE = ["status", "data", "data.resultType"];

export const others: Readonly<Record<string, ProviderContract>> = {
  server: {
    apiKey,
    quotas: ["budget"],
    settings: {
      from: "server",
      readings: [
        { quota: "budget", kind: "credits", unit: "usd", limit: "scalar(up)", remaining: "team:budget_usd:left" },
      ],
    },
    calls: [
      {
        method: "GET",
        path: "/api/v1/query?query=scalar%28up%29",
        answer: scalar,
        needs: [...VALUE, "data.result", "data.result.0", "data.result.1"],
      },
      {
        method: "GET",
        path: "/api/v1/query?query=team%3Abudget_usd%3Aleft",
        answer: vector,
        needs: [...VALUE, "data.result", "data.result.0.value", "data.result.0.value.0", "data.result.0.value.1"],
      },
    ],
  },
};
