import type { FailureReason } from "../quota/failure.ts";

export interface UpstreamErrorDetails {
  readonly status?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** A provider could not be read. The message is safe to show: no credential, no query, no body. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly reason: Exclude<FailureReason, "bug">;
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(reason: Exclude<FailureReason, "bug">, message: string, details: UpstreamErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.reason = reason;
    this.status = details.status;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
