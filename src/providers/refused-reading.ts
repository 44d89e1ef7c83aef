import { slug } from "../quota/open-names.ts";
import type { Reading } from "../quota/reading.ts";

type Refusable = Pick<Reading, "quota" | "kind" | "unit"> &
  Partial<Pick<Reading, "limit" | "remaining" | "periodSeconds" | "models" | "partial">> & {
    readonly resetAt?: Date | undefined;
  };

/** A quota for want of which a call was refused. What is left of it is only told where the provider does. */
export function refusedReading({ resetAt, ...facts }: Refusable, now: Date): Reading {
  return {
    ...facts,
    ...(facts.unit === "ratio" && { limit: 1 }),
    ...(resetAt !== undefined && resetAt > now && { resetAt }),
    readAt: now,
    refused: true,
    enforcement: "hard",
    source: "headers",
    confidence: "reported",
  };
}

/** The name of a model at the beginning of a quota id; empty where it cannot begin one. */
export function modelSlug(model: string | undefined): string {
  const plain = slug(model ?? "");
  return /^[a-z]/.test(plain) ? plain : "";
}

/** The money of an account, or a cap on it, of which the provider tells nothing but that it is used up. */
export const spendReading = (now: Date): Reading =>
  refusedReading({ quota: "spend", kind: "calendar", unit: "usd" }, now);

/** A balance in dollars that pays for no further call. */
export const emptyBalance = (now: Date): Reading =>
  refusedReading({ quota: "balance", kind: "credits", unit: "usd" }, now);
