import type { RefusalTold } from "./client.ts";
import { type AnswerHeaders, rateLimitHeaders } from "./rate-limit-headers.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import { UpstreamError, type UpstreamReason } from "./upstream-error.ts";

/** What an answer outside 2xx means. Nothing of its body is repeated: it may be HTML, or quote the request. */
export function statusFailure(
  call: string,
  status: number,
  headers: AnswerHeaders,
  { now = new Date(), ...told }: RefusalTold & { readonly now?: Date } = {},
): UpstreamError {
  const meaning = told.reason === undefined ? meaningOf(status) : { reason: told.reason, hint: HINTS.get(told.reason) };
  const { reason, hint } = { ...meaning, ...(told.hint !== undefined && { hint: told.hint }) };
  const message = `${call} answered ${status}${hint === undefined ? "" : `: ${hint}`}`;
  return new UpstreamError(reason, message, {
    status,
    retryAfterSeconds: longer(told.retryAfterSeconds, retryAfterSeconds(headers, now)),
    rateLimitHeaders: rateLimitHeaders(headers, now),
  });
}

function longer(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}

const HINTS: ReadonlyMap<UpstreamReason, string> = new Map([
  ["auth", "the credential is refused"],
  ["not_entitled", "no plan or no credit"],
]);

function meaningOf(status: number): { readonly reason: UpstreamReason; readonly hint?: string | undefined } {
  if (status >= 500) return { reason: "server" };
  if (status >= 300 && status < 400) return { reason: "client", hint: "redirects are not followed, check base_url" };
  switch (status) {
    case 401:
    case 403:
      return { reason: "auth", hint: HINTS.get("auth") };
    case 402:
      return { reason: "not_entitled", hint: HINTS.get("not_entitled") };
    case 404:
      return { reason: "client", hint: "check base_url" };
    // The server gave up waiting for us: it passes, unlike the rest of 4xx.
    case 408:
      return { reason: "timeout" };
    case 429:
      return { reason: "rate_limited" };
    default:
      return { reason: "client" };
  }
}
