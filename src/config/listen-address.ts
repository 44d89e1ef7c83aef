import { isIPv6 } from "node:net";
import type { ListenAddress } from "./config.ts";

/** Reads `host:port`, `[::1]:port` or `:port`, which is every interface; undefined for anything else. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, bracketed, name, digits] = /^(?:\[([^\]]*)\]|([\w.-]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return undefined;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  return { host: name ?? "", port };
}
