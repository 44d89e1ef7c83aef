import type { ContractCall, ProviderContract } from "../../contract/contract.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };
import searchHeaders from "./fixtures/search.200.headers.json" with { type: "json" };
import search from "./fixtures/search.200.json" with { type: "json" };

const apiKey = "planted0123456789abcdef";
const CHECK: ContractCall = { method: "GET", path: "/models", answer: models, needs: [], mayBeAnyJson: true };
const PROBE_REQUEST = { path: "/chat/completions", body: { model: "some-model", max_tokens: 1 } };

/** The quotas stand in headers, and nothing of a body is needed. */
export const contract: ProviderContract = {
  apiKey,
  settings: {
    check: "/models",
    probe: true,
    probe_request: PROBE_REQUEST,
    windows: { requests: "day", tokens: "minute" },
  },
  quotas: ["requests_day", "tokens_minute"],
  calls: [CHECK, { ...CHECK, method: "POST", path: "/chat/completions", answer: completion, headers }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with a check alone": { apiKey, settings: { check: "/models" }, quotas: [], calls: [CHECK] },
  "with a probe by GET, in a header of its own": {
    apiKey,
    settings: { probe: true, probe_request: { path: "/search?q=a", method: "GET" }, key_header: "X-Api-Key" },
    quotas: ["requests_second", "requests"],
    calls: [{ ...CHECK, path: "/search?q=a", answer: search, headers: searchHeaders }],
  },
  "of live traffic alone": { apiKey, quotas: [], calls: [] },
};
