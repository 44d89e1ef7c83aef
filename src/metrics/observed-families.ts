import { REFUSALS } from "../quota/observation.ts";
import { type Family, family } from "./family.ts";

/** What calls of live traffic have used, by our own count. */
export const OBSERVED_FAMILIES: readonly Family[] = [
  family({
    name: "llm_quota_observed_requests_total",
    type: "counter",
    help: "Calls of live traffic that were served, since process start. Absent without live traffic.",
    labels: ["model"],
    observed: ({ models }, write) => {
      for (const [model, { requests }] of models) write(requests, model);
    },
  }),
  family({
    name: "llm_quota_observed_tokens_total",
    type: "counter",
    help: "Tokens that calls of live traffic have used since process start, as far as they were told.",
    labels: ["model", "direction"],
    observed: ({ models }, write) => {
      for (const [model, { inputTokens, outputTokens }] of models) {
        write(inputTokens, model, "input");
        write(outputTokens, model, "output");
      }
    },
  }),
  family({
    name: "llm_quota_observed_refusals_total",
    type: "counter",
    help: "Calls of live traffic that were refused since process start, by why. Absent without live traffic.",
    labels: ["refusal"],
    observed: ({ refusals }, write) => {
      for (const refusal of REFUSALS) write(refusals[refusal], refusal);
    },
  }),
];
