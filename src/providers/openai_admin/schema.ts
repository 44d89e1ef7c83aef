import { z } from "zod";
import { costPage, UsdCode } from "../cost-report.ts";
import { Decimal } from "../fields.ts";

// https://platform.openai.com/docs/api-reference/usage/costs, read 2026-11-21. One bucket per day of UTC. The value is a
// number of dollars by the documentation; it has been seen as a text.
export const Costs = costPage(
  z.object({ amount: z.object({ value: Decimal, currency: UsdCode }) }).transform(({ amount }) => amount.value),
);
