import { emptyBalance } from "../refused-reading.ts";
import { understanding } from "../understand.ts";

// https://github.com/Kilo-Org/cloud (src/lib/llm-proxy-helpers.ts), read 2026-11-21. The refusal tells the balance, in
// dollars; it may be above 0 where it is too low for a paid model.
export const understand = understanding({
  refused({ status, error, at }) {
    if (status !== 402) return undefined;
    const { balance } = error.fields;
    const told = typeof balance === "number" && Number.isFinite(balance) ? { remaining: balance } : {};
    return { refusal: "spend_cap", readings: [{ ...emptyBalance(at), ...told }] };
  },
});
