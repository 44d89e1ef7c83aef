import type { RawHeaders } from "../http/forward.ts";

/** Of one connection, not of the message: RFC 9110 §7.6.1, and the older names that are still about. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  // Node refuses to announce trailers where it cannot send them; they are sent without.
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Made anew for the provider. The proxy itself answers `Expect`. */
const REQUEST_ONLY: ReadonlySet<string> = new Set(["expect", "host"]);

/** Where callers put a credential: none of these is passed on when the account's own key is. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "api-key",
  "authorization",
  "cookie",
  "x-api-key",
  "x-auth-token",
  "x-goog-api-key",
]);

export function requestHeaders(raw: RawHeaders, { isKeyOurs }: { readonly isKeyOurs: boolean }): RawHeaders {
  return kept(raw, (name) => !REQUEST_ONLY.has(name) && !(isKeyOurs && CREDENTIALS.has(name)));
}

export const answerHeaders = (raw: RawHeaders): RawHeaders => kept(raw, () => true);

function kept(raw: RawHeaders, isWanted: (name: string) => boolean): RawHeaders {
  const pairs = pairsOf(raw);
  const named = new Set(
    pairs
      .filter(([name]) => name.toLowerCase() === "connection")
      .flatMap(([, value]) => value.toLowerCase().split(","))
      .map((name) => name.trim()),
  );
  return pairs
    .filter(([name]) => {
      const plain = name.toLowerCase();
      return !HOP_BY_HOP.has(plain) && !named.has(plain) && isWanted(plain);
    })
    .flat();
}

/** By name in lower case; a repeated header joined. */
export function headerRecord(raw: RawHeaders): Readonly<Record<string, string>> {
  const record = new Map<string, string>();
  for (const [name, value] of pairsOf(raw)) {
    const plain = name.toLowerCase();
    const before = record.get(plain);
    record.set(plain, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(record);
}

function pairsOf(raw: RawHeaders): readonly (readonly [string, string])[] {
  return Array.from({ length: Math.floor(raw.length / 2) }, (_, index) => [
    raw[2 * index] ?? "",
    raw[2 * index + 1] ?? "",
  ]);
}
