import { get } from "node:http";
import { get as getSecurely } from "node:https";
import { bearerOf } from "../http/outgoing.ts";
import type { Secret } from "../secret.ts";

export const DEFAULT_URL = "http://127.0.0.1:10844";
const TIMEOUT_MS = 5000;
/** A thousand accounts are two megabytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A daemon does not answer, or nothing that we understand; the message begins with the URL. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
}

export interface Asking {
  readonly signal?: AbortSignal | undefined;
  /** What the daemon may ask for. */
  readonly token?: Secret | undefined;
}

/** GETs one path of a running daemon. Rejects with a `DaemonError`. */
export function askDaemon(
  baseUrl: string,
  path: string,
  { signal, token }: Asking = {},
): Promise<{ status: number; body: string }> {
  const url = new URL(path, baseUrl);
  const ask = url.protocol === "https:" ? getSecurely : get;
  const headers = token === undefined ? {} : { authorization: bearerOf(token) };
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      // A name with several addresses fails with one error for each, and without a message of its own.
      reject(new DaemonError(`${url.origin}: ${error.message || error.code || error.name}`, { cause: error }));
    const request = ask(url, { timeout: TIMEOUT_MS, headers, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_BYTES) request.destroy(new Error("the answer does not end"));
      });
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", fail);
  });
}
