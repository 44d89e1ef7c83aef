import { type AnswerHeaders, rateLimitHeaders } from "./rate-limit-headers.ts";
import { retryAfterSeconds } from "./retry-after.ts";
import { UpstreamError, type UpstreamReason } from "./upstream-error.ts";

interface Refusal {
  /** Where a code in the body said more than the status does. */
  readonly told?: UpstreamReason | undefined;
  readonly now?: Date;
}

/** What an answer outside 2xx means. Nothing of its body is repeated: it may be HTML, or quote the request. */
export function statusFailure(
  call: string,
  status: number,
  headers: AnswerHeaders,
  { told, now = new Date() }: Refusal = {},
): UpstreamError {
  const { reason, hint } = told === undefined ? meaningOf(status) : { reason: told, hint: HINTS.get(told) };
  const message = `${call} answered ${status}${hint === undefined ? "" : `: ${hint}`}`;
  return new UpstreamError(reason, message, {
    status,
    retryAfterSeconds: retryAfterSeconds(headers, now),
    rateLimitHeaders: rateLimitHeaders(headers, now),
  });
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
