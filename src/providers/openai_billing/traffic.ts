import type { Unit } from "../../quota/reading.ts";
import { refusedReading } from "../refused-reading.ts";
import { type RefusalMeant, understanding } from "../understand.ts";
import { meaningOf, TOO_LITTLE, USED_UP } from "./failure.ts";

/** A key that is used up is refused as if it were wrong, so the status does not say all. */
export const understandIn = (unit: Unit) =>
  understanding({
    refused({ error, at }): RefusalMeant | undefined {
      const meaning = meaningOf(error);
      // Something is left, but less than this one call might cost.
      if (meaning === TOO_LITTLE) return { refusal: "spend_cap", readings: [] };
      if (meaning !== USED_UP) return undefined;
      return { refusal: "spend_cap", readings: [refusedReading({ quota: "balance", kind: "credits", unit }, at)] };
    },
  });
