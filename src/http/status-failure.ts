import { retryAfterSeconds } from "./retry-after.ts";
import { UpstreamError } from "./upstream-error.ts";

/** What an answer outside 2xx means. The body is not looked at: it may be HTML, or quote the request. */
export function statusFailure(
  call: string,
  status: number,
  headers: Readonly<Record<string, string>>,
  now: Date = new Date(),
): UpstreamError {
  const { reason, hint } = meaningOf(status);
  const message = `${call} answered ${status}${hint === undefined ? "" : `: ${hint}`}`;
  return new UpstreamError(reason, message, { status, retryAfterSeconds: retryAfterSeconds(headers, now) });
}

function meaningOf(status: number): { readonly reason: UpstreamError["reason"]; readonly hint?: string } {
  if (status >= 500) return { reason: "server" };
  if (status >= 300 && status < 400) return { reason: "client", hint: "redirects are not followed, check base_url" };
  switch (status) {
    case 401:
    case 403:
      return { reason: "auth", hint: "the credential is refused" };
    case 402:
      return { reason: "not_entitled", hint: "no plan or no credit" };
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
