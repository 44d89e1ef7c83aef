import type { IncomingMessage } from "node:http";

/** What a caller has to show, and where. */
export interface Gate {
  accepts(given: string): Promise<boolean>;
}

interface Guarded {
  /** Undefined where nobody has to show anything. */
  readonly token?: Gate | undefined;
  /** The account's own key is put in, so that the caller's place for one is free for the token. */
  readonly isKeyOurs: boolean;
}

/** Where the libraries of the providers put the key that they were given. */
const KEY_HEADERS = ["x-api-key", "x-goog-api-key", "api-key"] as const;

export async function isAdmitted({ token, isKeyOurs }: Guarded, { headers }: IncomingMessage): Promise<boolean> {
  if (token === undefined) return true;
  const keys = isKeyOurs ? [bearerOf(headers.authorization), ...KEY_HEADERS.map((name) => headers[name])] : [];
  const given = [bearerOf(headers["proxy-authorization"]), ...keys].filter((one) => typeof one === "string");
  for (const one of given) if (await token.accepts(one)) return true;
  return false;
}

const bearerOf = (header: string | undefined) => /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];

const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Whether a browser may have sent it for a page from elsewhere, which has its own name point to this machine, or posts here
 * unasked. Browsers always say the one or the other.
 */
export function isOfForeignPage({ headers }: IncomingMessage): boolean {
  return headers["sec-fetch-site"] === "cross-site" || (headers.host !== undefined && !THIS_MACHINE.test(headers.host));
}
