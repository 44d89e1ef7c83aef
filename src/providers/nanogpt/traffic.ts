import { emptyBalance } from "../refused-reading.ts";
import { understanding } from "../understand.ts";

// https://docs.nano-gpt.com/miscellaneous/error-handling, read 2026-11-21. How the end of a window is worded is not known:
// such a 429 is taken for one that passes, and the usage call tells the window.
export const understand = understanding({
  refused: ({ status, at }) => (status === 402 ? { refusal: "spend_cap", readings: [emptyBalance(at)] } : undefined),
});
