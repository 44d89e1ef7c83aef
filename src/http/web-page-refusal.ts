import type { JsonRequest, RefusalTold } from "./client.ts";

type RefusedBy = NonNullable<JsonRequest<unknown>["refusedBy"]>;

/**
 * For an API that refuses in JSON, by what that says: a page with 403 comes from what stands before the API, and it has not
 * looked at the key.
 */
export function refusedInJson(told?: RefusedBy): RefusedBy {
  return async (body, status) => (body === undefined ? webPageRefusal(status) : told?.(body, status));
}

function webPageRefusal(status: number): RefusalTold | undefined {
  if (status !== 403) return undefined;
  return { reason: "rate_limited", hint: "a web page, so it is a firewall that refuses and says nothing of the key" };
}
