import { z } from "zod";
import { costPage, UsdCode } from "../cost-report.ts";
import { DecimalText } from "../fields.ts";

// https://platform.claude.com/docs/en/api/admin/cost_report/retrieve, read 2026-11-21. An amount is in cents, as a decimal
// number in a text: "123.45" is $1.2345. One bucket per day of UTC; without grouping each has one line at most.
const CENTS_PER_USD = 100;

export const CostReport = costPage(
  z.object({ amount: DecimalText, currency: UsdCode }).transform(({ amount }) => amount / CENTS_PER_USD),
);
