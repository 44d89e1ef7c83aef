import { z } from "zod";
import { describeProblems } from "../http/schema-problems.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import { Secret } from "../secret.ts";
import { readTextFile } from "../text-file.ts";

const MAX_BYTES = 1024 * 1024;

/** The setting of providers that read a login which another tool owns and renews. The path is absolute. */
export const LOGIN_SETTINGS = { credentials_file: z.string() };
type LoginSettings = z.infer<z.ZodObject<typeof LOGIN_SETTINGS>>;

/** For tokens out of which something is read before they are wrapped. */
export const TokenText = z.string().trim().min(1, "expected a token");
export const LoginToken = TokenText.transform((text) => new Secret(text));

/** The last instant that a `Date` can hold. */
const LAST_MS = 8.64e15;

/** When a token expires, in epoch seconds or milliseconds. Any number is believed: a 0 is past like every old time. */
export const LoginExpiry = z
  .number()
  .transform((value) => new Date(Math.min(Math.max(value >= 1e11 ? value : value * 1000, 0), LAST_MS)));

/**
 * Reads a login file, anew at every poll and never to write it. One that is not there is `auth`, one that cannot be
 * understood, as while its tool writes it, is `malformed`. Neither tells what it holds, nor where it lies.
 */
export async function readLogin<T>({ credentials_file }: LoginSettings, schema: z.ZodType<T>): Promise<T> {
  const file = await readTextFile(credentials_file, MAX_BYTES);
  if ("problem" in file) throw notTried(`the login file ${file.problem}`);
  const result = schema.safeParse(parsed(file.text));
  if (!result.success) throw new UpstreamError("malformed", `the login file: ${describeProblems(result.error.issues)}`);
  return result.data;
}

/** Throws for a token that is past its own expiry: asking would only be refused. Its tool renews it, we never do. */
export function refuseExpired(expiresAt: Date | undefined, now: Date, tool: string): void {
  if (expiresAt !== undefined && expiresAt > now) return;
  const when = expiresAt === undefined ? "tells no expiry" : `expired at ${expiresAt.toISOString()}`;
  throw notTried(`the token in the login file ${when}; use ${tool} once, which renews it`);
}

/** Nobody has rejected this credential, as it was not shown to anybody. */
export function notTried(message: string): UpstreamError {
  return new UpstreamError("auth", message, { expired: true });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of the parser quotes the text.
    throw new UpstreamError("malformed", "the login file is not JSON, or is being written");
  }
}
