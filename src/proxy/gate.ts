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

const NAME_OF_THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const ADDRESS_OF_THIS_MACHINE = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i;

/**
 * Whether it comes from another machine, as it can where a reload has taken the token away but not the address, or from a
 * browser for a page from elsewhere, which has its own name point to this machine or posts here unasked. Browsers always
 * say the one or the other.
 */
export function isFromElsewhere({ headers, socket }: IncomingMessage): boolean {
  if (!ADDRESS_OF_THIS_MACHINE.test(socket.remoteAddress ?? "")) return true;
  if (headers["sec-fetch-site"] === "cross-site") return true;
  return headers.host !== undefined && !NAME_OF_THIS_MACHINE.test(headers.host);
}
