import type { RefusalTold } from "./client.ts";

/** An API refuses a key in JSON: a page comes from what stands before the API, and it has not looked at the key. */
export function webPageRefusal(status: number): RefusalTold | undefined {
  if (status !== 403) return undefined;
  return { reason: "rate_limited", hint: "a web page, so it is a firewall that refuses and says nothing of the key" };
}
