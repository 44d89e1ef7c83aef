import { emptyBalance } from "../refused-reading.ts";
import { understanding } from "../understand.ts";

// https://api-docs.deepseek.com/quick_start/error_codes, read 2026-11-21: the status says all. Which currency is missing
// is told by the balance call alone.
export const understand = understanding({
  refused: ({ status, at }) => (status === 402 ? { refusal: "spend_cap", readings: [emptyBalance(at)] } : undefined),
});
