import { authorization } from "../http/outgoing.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import type { Mapping, RequestRule } from "../mapping/mapping.ts";
import { filled, filledDeep, filledEntries } from "../mapping/template.ts";
import type { Secret } from "../secret.ts";
import type { Connection } from "./provider.ts";

/** One call of a mapping. */
export interface Asked {
  readonly rule: RequestRule;
  readonly path: string;
  /** What the next page is asked for with. */
  readonly next?: string;
}

interface Caller extends Connection {
  /** For the placeholders of its paths, queries and bodies. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Below `base_url`, whatever the placeholders hold. */
export function urlOf({ baseUrl, apiKey, variables }: Caller, { rule, path, next }: Asked): string {
  const url = new URL(`${baseUrl}${filled(path, variables, encodeURIComponent)}`);
  for (const [name, text] of filledEntries(rule.query ?? {}, variables)) url.searchParams.set(name, text);
  if (next !== undefined && rule.pages?.query !== undefined) url.searchParams.set(rule.pages.query, next);
  if (apiKey !== undefined && holds(url, apiKey.reveal())) {
    throw new UpstreamError(
      "client",
      "the key of the account stands in the path or the query of a call; auth says how it is sent",
    );
  }
  return url.href;
}

/** Addresses are in messages, and in the logs of others. A shorter text may be there by chance. */
const holds = ({ pathname, search }: URL, key: string): boolean =>
  key.length >= 8 && [key, encodeURIComponent(key)].some((form) => `${pathname}${search}`.includes(form));

/** Headers and body, with the key where the mapping wants it. */
export function contentOf({ apiKey, variables }: Caller, { rule, next }: Asked) {
  const scheme = rule.auth ?? "bearer";
  const fixed = filledEntries(rule.headers ?? {}, variables);
  const body = bodyOf({ rule, next }, apiKey, variables);
  const headers: Readonly<Record<string, string | Secret>> = {
    ...Object.fromEntries(fixed),
    ...(apiKey !== undefined && headerOf(scheme, apiKey)),
  };
  return { headers, ...(body !== undefined && { body }) };
}

function headerOf(scheme: string, apiKey: Secret): Readonly<Record<string, Secret>> {
  switch (scheme) {
    case "bearer":
    case "raw":
    case "token":
    case "key":
    case "basic":
      return authorization(scheme, apiKey);
    default:
      return scheme.startsWith(HEADER) ? { [scheme.slice(HEADER.length)]: apiKey } : {};
  }
}

const HEADER = "header:";
const BODY = "body:";

function bodyOf(
  { rule: { body, auth = "", pages }, next }: Pick<Asked, "rule"> & { readonly next: string | undefined },
  apiKey: Secret | undefined,
  variables: Readonly<Record<string, string>>,
): unknown {
  const secret = auth.startsWith(BODY) && apiKey !== undefined ? { [auth.slice(BODY.length)]: apiKey } : undefined;
  const page = next !== undefined && pages?.body !== undefined ? { [pages.body]: asNumber(next) } : undefined;
  const written = filledDeep(body, variables);
  if (secret === undefined && page === undefined) return written;
  return { ...(typeof written === "object" ? written : {}), ...page, ...secret };
}

/** The number of a page is one also in JSON. */
const asNumber = (text: string): string | number => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/** The header that carries the key, as the proxy needs it. */
export function keyHeaderOf({ request: { auth = "bearer" } }: Mapping): string {
  return auth.startsWith(HEADER) ? auth.slice(HEADER.length).toLowerCase() : "authorization";
}
