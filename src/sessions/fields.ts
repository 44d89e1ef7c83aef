import { createHash } from "node:crypto";
import { z } from "zod";

/** No call uses more; such a number is of something else. */
const MOST_TOKENS = 1_000_000_000;

export const Tokens = z.int().nonnegative().max(MOST_TOKENS);

export const Model = z.string().min(1).max(128);

/** As milliseconds. */
export const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** 2001 to 2100; anything else is no time. As milliseconds. */
export const EpochSeconds = z
  .number()
  .min(1e9)
  .max(4.1e9)
  .transform((seconds) => seconds * 1000);

/** Undefined for what is no JSON. Its error would quote the line. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Short, and tells nothing of what it was made from. */
export function keyFor(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("base64url").slice(0, 11);
}
