import type { FailureReason } from "../quota/failure.ts";
import type { AnswerHeaders } from "./rate-limit-headers.ts";

/** Why a provider could not be read: all reasons but that of a fault of ours. */
export type UpstreamReason = Exclude<FailureReason, "bug">;

export interface UpstreamErrorDetails {
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly rateLimitHeaders?: AnswerHeaders;
  /** With the reason `auth`: the credential is past its own expiry, so that no call was made. */
  readonly expired?: true;
  /** With the reason `malformed`: a web page came, as some servers answer any address that they do not know. */
  readonly isWebPage?: true;
  readonly cause?: unknown;
}

/** A provider could not be read. The message is safe to show: no credential, no query, no body. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly reason: UpstreamReason;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Those headers of a refused answer that tell a rate limit; none of the others. */
  readonly rateLimitHeaders: AnswerHeaders;
  readonly expired: boolean;
  readonly isWebPage: boolean;

  constructor(reason: UpstreamReason, message: string, details: UpstreamErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.reason = reason;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.rateLimitHeaders = details.rateLimitHeaders ?? {};
    this.expired = details.expired ?? false;
    this.isWebPage = details.isWebPage ?? false;
  }
}
