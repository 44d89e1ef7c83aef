import type { Request } from "express";

/** The query of a request as it stands in its URL. */
export function queryOf({ url }: Pick<Request, "url">): URLSearchParams {
  const [, ...query] = url.split("?");
  return new URLSearchParams(query.join("?"));
}
