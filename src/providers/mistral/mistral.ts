import { defineHeaderProvider } from "../header-provider.ts";
import { asRefused, type RefusalMeant, type RefusedCall } from "../understand.ts";

// Headers that others recorded by 2026-08. The windows slide, within the minute, and have no reset; the list of models has no such headers. The
// host of the EU counts by itself.
export const mistral = defineHeaderProvider({
  id: "mistral",
  title: "Mistral",
  baseUrl: "https://api.mistral.ai/v1",
  otherHosts: ["api.eu.mistral.ai"],
  environment: { apiKey: ["MISTRAL_API_KEY"] },
  tokenLimit: "max_tokens",
  refused,
});

/** Of the two buckets a refusal names only the one that ran out, which may have too little left rather than nothing. */
function refused({ status, heard }: RefusedCall): RefusalMeant | undefined {
  const [only, other] = heard;
  if (status !== 429 || only === undefined || other !== undefined) return undefined;
  return { refusal: only.kind === "rate_limit" ? "throttled" : "quota", readings: [asRefused(only)] };
}
