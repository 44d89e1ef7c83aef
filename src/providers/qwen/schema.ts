import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";

// https://github.com/QwenLM/qwen-code/issues/3203, read 2026-11-21.
export const ENDED_TIER =
  "the free tier behind Qwen Code's OAuth login ended on 2026-04-15 and never told a quota; use an API key of Alibaba Cloud Model Studio";

/** The hosts that a login of Qwen Code named as its endpoint. */
const ENDED_HOSTS: ReadonlySet<string> = new Set(["portal.qwen.ai", "chat.qwen.ai"]);

export function isEndedTier(baseUrl: string): boolean {
  return ENDED_HOSTS.has(new URL(baseUrl).hostname);
}

// https://www.alibabacloud.com/help/en/model-studio/error-code, read 2026-11-21. `insufficient_quota`, which elsewhere means
// that money is missing, is a limit of tokens per minute here, like every code that begins with Throttling.
const OTHER_KEY: RefusalTold = { reason: "auth", hint: "the key is wrong, or of another region or plan" };
const CODES: ReadonlyMap<unknown, RefusalTold> = new Map<unknown, RefusalTold>([
  ["Arrearage", { reason: "not_entitled", hint: "the account is overdue" }],
  ["AllocationQuota.FreeTierOnly", { reason: "not_entitled", hint: "the free grant of tokens is used up" }],
  ["InvalidApiKey", OTHER_KEY],
  ["invalid_api_key", OTHER_KEY],
  ["insufficient_quota", { reason: "rate_limited" }],
  ["limit_requests", { reason: "rate_limited" }],
]);

const Told = z.object({ code: z.unknown(), type: z.unknown(), message: z.unknown() }).partial();

/** The native form has the code at the top, the compatible one in `error`. */
export const Refusal = z
  .union([z.object({ error: Told }).transform(({ error }) => error), Told])
  .transform(({ code, type, message }): RefusalTold | undefined => {
    // What is left of the ended tier answers so, with the code of a limit that passes.
    const isFreeQuota = typeof message === "string" && /free allocated quota exceeded/i.test(message);
    return isFreeQuota
      ? { reason: "not_entitled", hint: `no free quota; ${ENDED_TIER}` }
      : (toldBy(code) ?? toldBy(type));
  });

function toldBy(code: unknown): RefusalTold | undefined {
  return typeof code === "string" && code.startsWith("Throttling") ? { reason: "rate_limited" } : CODES.get(code);
}
