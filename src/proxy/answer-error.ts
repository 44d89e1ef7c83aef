import type { ServerResponse } from "node:http";
import type { Refused } from "./target.ts";

/** In the shape that the libraries of the providers read a message from. */
export function answerError(response: ServerResponse, { status, message }: Refused): void {
  const body = JSON.stringify({ type: "error", error: { type: "proxy_error", code: "proxy_error", message } });
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    // Nobody waits for the rest of it.
    ...(status === 413 && { connection: "close" }),
  });
  response.end(body);
}
