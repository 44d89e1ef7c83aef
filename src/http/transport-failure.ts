import { errors } from "undici";
import { UpstreamError } from "./upstream-error.ts";

const TIMEOUTS = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT"]);

const WORDS: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["EPIPE", "connection reset"],
  ["UND_ERR_SOCKET", "connection closed by the other side"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "the answer was cut short"],
  ["ENOTFOUND", "host name not found"],
  ["EAI_AGAIN", "host name lookup failed"],
  ["EHOSTUNREACH", "host unreachable"],
  ["ENETUNREACH", "network unreachable"],
]);

/** What to throw for whatever a call died of. Anything unknown comes back as it is: a bug of ours, not theirs. */
export function transportFailure(error: unknown, call: string, signal: AbortSignal): unknown {
  if (error instanceof UpstreamError) return error;
  if (signal.aborted) {
    return isTimeout(signal.reason) ? new UpstreamError("timeout", `${call} gave no answer in time`) : signal.reason;
  }
  // No `cause`, and not as it is: the parser's error holds the bytes that it could not read.
  if (error instanceof errors.HTTPParserError) {
    return new UpstreamError("malformed", `${call} answered something that is not HTTP`);
  }
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  if (code === "UND_ERR_HEADERS_OVERFLOW") {
    return new UpstreamError("malformed", `${call} answered with headers that are too large`);
  }
  if (code === undefined || code.includes("ERR_INVALID")) return error;
  if (TIMEOUTS.has(code)) return new UpstreamError("timeout", `${call} timed out (${code})`, { cause: error });
  const words = WORDS.get(code);
  const what = words === undefined ? code : `${words} (${code})`;
  return new UpstreamError("network", `${call} failed: ${what}`, { cause: error });
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
