/** Headers of a request that carry a credential. */
const NAMES = new Set(["authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "proxy-authorization"]);
/** Shorter text is no credential, and would be found everywhere. */
const SHORTEST = 6;

/** The credentials that a request was sent with, so that an answer that repeats one can be told without it. */
export function credentialsOf(headers: unknown, url: URL): readonly string[] {
  const values = pairsOf(headers).flatMap(([name, value]) => (NAMES.has(name.toLowerCase()) ? [value] : []));
  const words = values.flatMap((value) => [value, ...value.split(/[\s;=]+/)]);
  const found = [...words, url.searchParams.get("key") ?? "", decodeURIComponent(url.password)];
  return [...new Set(found)].filter((text) => text.length >= SHORTEST).toSorted((a, b) => b.length - a.length);
}

/** Headers in any of the forms that undici and `fetch` take. */
export function pairsOf(headers: unknown): readonly (readonly [string, string])[] {
  if (typeof headers !== "object" || headers === null) return [];
  if (isFlat(headers)) {
    return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? ""] as const] : []));
  }
  const pairs = Symbol.iterator in headers ? [...(headers as Iterable<unknown>)] : Object.entries(headers);
  return pairs.flatMap((pair) => {
    const [name, value] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
    if (value === undefined || value === null) return [];
    return [[String(name), Array.isArray(value) ? value.join(", ") : String(value)] as const];
  });
}

const isFlat = (headers: object): headers is readonly string[] =>
  Array.isArray(headers) && headers.every((item) => typeof item === "string");
