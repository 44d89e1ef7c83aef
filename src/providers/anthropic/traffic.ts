import { headerReadings } from "../header-readings.ts";
import type { RefusalMeant, RefusedCall } from "../understand.ts";
import { understanding } from "../understand.ts";
import { toReadings } from "./schema.ts";

/**
 * Money that only the wording tells from a mistake of the caller: the credit is used up, or a limit that the customer set
 * for an organization or a workspace.
 */
const OUT_OF_MONEY =
  /\bcredit balance is too low\b|\b(?:API|workspace|specified) usage limits?\b|\bspend(?:ing)? limit\b/i;

// https://platform.claude.com/docs/en/api/errors, read 2026-11-21.
export const understand = understanding({
  // Behind a gateway the headers may be those of the gateway.
  hear: (headers, now) => {
    const own = toReadings(headers, "headers", now);
    return own.length > 0 ? own : headerReadings(headers, now);
  },

  refused({ status, error }: RefusedCall): RefusalMeant | undefined {
    if (error.type === "overloaded_error") return { refusal: "overloaded" };
    if (error.type === "billing_error" || isSpendCap(error.fields["details"])) return { refusal: "spend_cap" };
    if (error.type === "permission_error") return { refusal: "not_entitled" };
    return status === 400 && OUT_OF_MONEY.test(error.message) ? { refusal: "spend_cap" } : undefined;
  },
});

/** The tier's money of the month comes as a 429, like a full bucket. */
const isSpendCap = (details: unknown): boolean =>
  typeof details === "object" &&
  details !== null &&
  "error_code" in details &&
  details.error_code === "enforced_spend_limit_reached";
