import type { Reading } from "../quota/reading.ts";

interface Share extends Pick<Reading, "quota" | "periodSeconds" | "models" | "partial"> {
  /** 1 is all of it, below 0 is past the limit; neither number where the provider does not know. */
  readonly left: number | null | undefined;
  readonly resetAt?: Date | null | undefined;
  /** Rolling where nothing else is said. */
  readonly kind?: "calendar" | "rolling";
}

/** A window of which the provider tells only the share that is left. */
export function shareReading({ left, resetAt, kind = "rolling", ...facts }: Share, now: Date): Reading {
  const isTold = left !== undefined && left !== null;
  return {
    ...facts,
    kind,
    unit: "ratio",
    readAt: now,
    ...(isTold && { limit: 1, remaining: left }),
    ...(resetAt !== undefined && resetAt !== null && { resetAt }),
    enforcement: "hard",
    source: "api",
    confidence: isTold ? "reported" : "degraded",
  };
}
