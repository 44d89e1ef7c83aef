const DEFAULT_PORT = "11434";

/** Addresses to listen on, not to call. */
const EVERYWHERE: ReadonlyMap<string, string> = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["[::]", "[::1]"],
]);

/**
 * The URL that a value of `OLLAMA_HOST` means, by the rules of Ollama itself: the scheme, the host and the port may each
 * be missing, and a scheme without a port means the port of that scheme. Undefined for text that is no address.
 */
export function baseUrlFromHost(value: string): string | undefined {
  const text = value
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2")
    .trim();
  const match = /^(?:(https?):\/\/)?([^/]*)(\/(?!\/).*)?$/i.exec(text);
  if (match === null) return undefined;
  const [, scheme, address = "", path = ""] = match;
  const host = completed(address);
  const port = scheme === undefined && !/:\d+$/.test(host) ? `:${DEFAULT_PORT}` : "";
  const url = URL.parse(`${scheme ?? "http"}://${host}${port}${path}`);
  if (url === null) return undefined;
  url.hostname = EVERYWHERE.get(url.hostname) ?? url.hostname;
  return url.href.replace(/\/+$/, "");
}

function completed(address: string): string {
  // A bare IPv6 address has to be in brackets before a port can follow.
  if (address.split(":").length > 2 && !address.startsWith("[")) return `[${address}]`;
  return address === "" || address.startsWith(":") ? `127.0.0.1${address}` : address;
}
