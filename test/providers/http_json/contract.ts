import type { ProviderContract } from "../../contract/contract.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };

const reading = { quota: "daily", kind: "calendar", unit: "requests", period: "1d" };

export const contract: ProviderContract = {
  apiKey: "planted-acme-0123456789",
  settings: {
    request: { path: "/v1/usage" },
    plan: "plan",
    readings: [
      { ...reading, time_format: "iso", limit: "daily.max", remaining: "daily.left", reset_at: "daily.resets" },
    ],
  },
  quotas: ["daily"],
  calls: [
    {
      method: "GET",
      path: "/v1/usage",
      answer: usage,
      needs: ["daily", "daily.max", "daily.left", "daily.resets"],
      numbersMayBeText: true,
    },
  ],
};

/** Whose calls are several: one before, and two pages that are asked for by POST. */
export const others: Readonly<Record<string, ProviderContract>> = {
  "with a call before": {
    apiKey: "planted-acme-0123456789",
    settings: {
      before: [{ set: "project", path: "/v1/projects", value: "projects[0].id" }],
      request: { path: "/v1/projects/{project}", auth: "header:x-api-key" },
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: "balance" }],
    },
    quotas: ["balance"],
    calls: [
      {
        method: "GET",
        path: "/v1/projects",
        answer: { projects: [{ id: "p-1" }] },
        needs: ["projects"],
      },
      { method: "GET", path: "/v1/projects/p-1", answer: { balance: 3.5 }, needs: ["balance"], numbersMayBeText: true },
    ],
  },
};
