import { Secret } from "../secret.ts";
import type { JsonRequest } from "./client.ts";
import { UpstreamError } from "./upstream-error.ts";

type Outgoing = JsonRequest<unknown>;

/** `GET host/path`, for messages: a URL may carry a password or a key before the host or in the query. */
export function describeCall({ url, method = "GET" }: Pick<Outgoing, "url" | "method">): string {
  const parsed = URL.parse(url);
  if (parsed === null) throw new UpstreamError("client", "the address to call is not a URL: check base_url");
  return `${method} ${parsed.host}${parsed.pathname}`;
}

/** The value of `Authorization` for a call to a daemon of ours. */
export const bearerOf = (token: Secret): string => `Bearer ${token.reveal()}`;

/** How a credential stands in a header. */
export type AuthScheme = "bearer" | "raw" | "token" | "key" | "basic";

/** The header `Authorization` of a scheme. `token` and `key` are words before the key, as in `Token …`; `basic` has it as the user. */
export function authorization(scheme: AuthScheme, key: Secret): { readonly authorization: Secret } {
  return { authorization: new Secret(AUTHORIZATIONS[scheme](key.reveal())) };
}

const AUTHORIZATIONS: Readonly<Record<AuthScheme, (key: string) => string>> = {
  bearer: (key) => `Bearer ${key}`,
  raw: (key) => key,
  token: (key) => `Token ${key}`,
  key: (key) => `Key ${key}`,
  basic: (key) => `Basic ${Buffer.from(`${key}:`).toString("base64")}`,
};

/** The JSON of a body, with the text of secrets in it. */
export function bodyText(body: unknown): string {
  return JSON.stringify(revealed(body));
}

function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revealed(inner)]));
}

/** Reveals the credentials of a call to a provider. */
export function requestHeaders(
  { bearer, headers = {}, body }: Pick<Outgoing, "bearer" | "headers" | "body">,
  { userAgent, call }: { readonly userAgent: string; readonly call: string },
): Record<string, string> {
  const text = (name: string, value: string | Secret) => {
    const isSecret = value instanceof Secret;
    const shown = isSecret ? value.reveal() : value;
    if (FIELD_VALUE.test(shown)) return shown;
    const what = isSecret ? "the credential" : `the header ${name}`;
    throw new UpstreamError("client", `${call} not sent: ${what} contains characters that no header can carry`);
  };
  return {
    accept: "application/json",
    "accept-encoding": "gzip",
    "user-agent": userAgent,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${text("authorization", bearer)}` }),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), text(name, value)])),
  };
}

/** Tab and the printable characters of Latin-1. A line break here would let a value add headers of its own. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
