import type { z } from "zod";

/** A key in the config is a key in a backup, a pull request, a chat, and in what is shown of the config. */
const HINT = "may hold a key, which never stands in this file; auth says how the key of the account is sent";

/** A header by such a name holds a key, or a part of one. */
export const KEY_HEADER = /auth|cookie|secret|token|(^|[-_])key|api-?key|password/i;
/** In a query and among variables `page_token` and `sort_key` are no keys. */
export const KEY_FIELD = /^(?:api[-_]?)?key$|^(?:(?:access|api|auth)[-_]?)?token$|secret|password|^auth/i;

/** As keys begin, and at least as long: of many providers and code hosts, of Google, and what a login gives. */
const KEY_ITSELF =
  /(?:^|[^A-Za-z0-9])(?:(?:sk|pk|rk|gsk|csk|cpk|cak|syn|xai|hf|r8|gh[oprsu]|github_pat|glpat|nvapi)[-_]|AIza|eyJ)(?=[\w.-]*\d)[\w.-]{16,}/;

/** What speaks against a text of the config, wherever in a value it stands; undefined if nothing does. */
export function keyIn(value: unknown): string | undefined {
  if (typeof value === "string") return KEY_ITSELF.test(value) ? HINT : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  return Object.values(value).some((inner) => keyIn(inner) !== undefined) ? HINT : undefined;
}

/** Refuses fields that hold a key, or have the name of one. */
export function refuseKeys(fields: Readonly<Record<string, unknown>>, context: z.RefinementCtx, names: RegExp): void {
  for (const [name, text] of Object.entries(fields)) {
    if (names.test(name) || keyIn(text) !== undefined) {
      context.addIssue({ code: "custom", path: [name], message: HINT });
    }
  }
}
