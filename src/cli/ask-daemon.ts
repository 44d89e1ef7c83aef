import { get } from "node:http";
import { get as getSecurely } from "node:https";

export const DEFAULT_URL = "http://127.0.0.1:10844";
const TIMEOUT_MS = 5000;

/** GETs one path of a running daemon. Rejects with a message that names the URL. */
export function askDaemon(baseUrl: string, path: string): Promise<{ status: number; body: string }> {
  const url = new URL(path, baseUrl);
  const ask = url.protocol === "https:" ? getSecurely : get;
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new Error(`${url.origin}: ${error.message}`, { cause: error }));
    const request = ask(url, { timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", fail);
  });
}
