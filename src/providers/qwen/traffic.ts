import type { Reading } from "../../quota/reading.ts";
import { modelSlug, refusedReading } from "../refused-reading.ts";
import { type RefusalMeant, type RefusedCall, refusedBucket, understanding } from "../understand.ts";

/** Of tokens per minute, in spite of what the first one means elsewhere. */
const TOKENS_PER_MINUTE: ReadonlySet<string> = new Set(["insufficient_quota", "Throttling.AllocationQuota"]);
const WRONG_KEY: ReadonlySet<string> = new Set(["InvalidApiKey", "invalid_api_key"]);
const NO_ACCESS: ReadonlySet<string> = new Set(["AccessDenied", "Model.AccessDenied", "Workspace.AccessDenied"]);

// https://www.alibabacloud.com/help/en/model-studio/error-code, read 2026-11-21.
export const understand = understanding({
  refused(call): RefusalMeant | undefined {
    const { type, code, message } = call.error;
    // What is left of the tier that ended answers so, with the code of a limit that passes.
    if (/free allocated quota exceeded/i.test(message)) return { refusal: "not_entitled" };
    return meaningOf(code, call) ?? meaningOf(type, call);
  },
});

function meaningOf(code: string, call: RefusedCall): RefusalMeant | undefined {
  if (code === "Arrearage") return { refusal: "spend_cap" };
  if (code === "AllocationQuota.FreeTierOnly") return { refusal: "quota", readings: [freeTokens(call)] };
  if (TOKENS_PER_MINUTE.has(code)) return { refusal: "throttled", readings: [refusedBucket("tokens", call.at)] };
  if (code === "limit_requests" || code.startsWith("Throttling")) return { refusal: "throttled" };
  if (WRONG_KEY.has(code)) return { refusal: "auth" };
  return NO_ACCESS.has(code) ? { refusal: "not_entitled" } : undefined;
}

/** Granted once, per model. */
function freeTokens({ model, at }: RefusedCall): Reading {
  const ofModel = modelSlug(model);
  const quota = ofModel === "" ? "free_tokens" : `${ofModel}_free_tokens`;
  const models = model === undefined ? {} : { models: [model] };
  return refusedReading({ quota, kind: "credits", unit: "tokens", partial: true, ...models }, at);
}
