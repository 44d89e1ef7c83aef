import type { RequestListener, Server } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo, isIPv6 } from "node:net";

// An `import` of node:http reads everything it exports, which loads the client behind the global `fetch`: 75 ms of the
// start and 2 MB on 2026-11-22 with Node 24.21, for nothing that is used here.
const { createServer } = createRequire(import.meta.url)("node:http") as typeof import("node:http");

export interface Listening {
  /** Where it really listens: the port is told also where 0 was asked for. */
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:10844`, to be printed. */
  readonly url: string;
  /** Takes no more connections, lets running answers end, and cuts what is still open after 1.5 s. */
  readonly close: () => Promise<void>;
}

interface ListenOptions {
  /** The key of the config that names the address. */
  readonly setting?: string;
  /** Within this a request has to come, with its body. */
  readonly requestTimeoutMs?: number;
  readonly connections?: number;
  /** Sees the server before it listens. */
  readonly prepare?: (server: Server) => void;
}

const CLOSE_MS = 1500;

/** Serves `app`. Rejects with one line that says what to do when the address cannot be had. */
export async function listen(
  app: RequestListener,
  address: { readonly host: string; readonly port: number },
  options: ListenOptions = {},
): Promise<Listening> {
  const { setting = "web.listen_address", requestTimeoutMs = 15_000, connections = 256, prepare } = options;
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: requestTimeoutMs,
      // Finds callers that went without a word, as behind a cable that was pulled.
      keepAlive: true,
      // Longer than any usual scrape interval, so that Prometheus need not connect anew for each scrape.
      keepAliveTimeout: 75_000,
      // Node looks for slow clients this often, by default only every 30 s: the two limits above would not hold.
      connectionsCheckingInterval: 1000,
    },
    app,
  );
  server.maxConnections = connections;
  prepare?.(server);

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new Error(whyNot(error, address, setting), { cause: error })));
    server.listen(address.port, address.host, resolve);
  });

  const bound = boundAddress(server);
  let closing: Promise<void> | undefined;
  return {
    host: bound.address,
    port: bound.port,
    url: `http://${hostPort(bound.address, bound.port)}`,
    close: () => {
      closing ??= close(server);
      return closing;
    },
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    // Also ends the connections that are idle at this moment.
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
  });
}

function boundAddress(server: Server): AddressInfo {
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("a server on host and port has an address");
  return bound;
}

function whyNot(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }, setting: string): string {
  const where = hostPort(host, port);
  switch (error.code) {
    case "EADDRINUSE":
      return `${where} is in use: stop the other process or set ${setting}`;
    case "EACCES":
      return `${where} may not be used by this user: set ${setting} to a port above 1023`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${where} is no address of this machine: set ${setting}`;
    default:
      return `cannot listen on ${where}: ${error.code ?? error.message}`;
  }
}

/** As it stands in a URL. */
export function hostPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
