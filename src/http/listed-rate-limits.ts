import { type AnswerHeaders, lowerCase } from "./rate-limit-headers.ts";
import { answerClock, resetTime } from "./reset-time.ts";
import type { PolicyLimit } from "./structured-rate-limits.ts";

/** `1;w=1, 15000;w=2592000`: each limit with the seconds that it counts over. */
export const POLICY_LIST = /^\s*\d{1,15}\s*;\s*w=\d{1,10}(?:\s*,\s*\d{1,15}\s*;\s*w=\d{1,10}){0,7}\s*$/;

/**
 * Several limits in the headers of one, as Brave Search documents them: `x-ratelimit-policy` lists them, and the others
 * list their values in the same order. Nothing where they do not go together.
 */
export function listedRateLimits(headers: AnswerHeaders, now: Date): readonly PolicyLimit[] {
  const all = lowerCase(headers);
  const policy = all["x-ratelimit-policy"] ?? "";
  if (!POLICY_LIST.test(policy)) return [];
  const clock = answerClock(all["date"], now);
  const policies = policy.split(",");
  const remaining = partsOf(all["x-ratelimit-remaining"]);
  const resets = partsOf(all["x-ratelimit-reset"]);
  if (remaining.length !== policies.length) return [];
  return policies.flatMap((one, index): readonly PolicyLimit[] => {
    const [limit, windowSeconds] = one.split(";").map((part) => Number(part.replace("w=", "")));
    const left = remaining[index] ?? "";
    if (!/^\d{1,15}$/.test(left)) return [];
    const resetAt = resets.length === policies.length ? resetTime(resets[index] ?? "", clock) : undefined;
    return [
      {
        ...(limit !== undefined && { limit }),
        remaining: Number(left),
        ...(resetAt !== undefined && { resetAt }),
        ...(windowSeconds !== undefined && windowSeconds > 0 && { windowSeconds }),
      },
    ];
  });
}

const partsOf = (value: string | undefined): readonly string[] => value?.split(",").map((part) => part.trim()) ?? [];
