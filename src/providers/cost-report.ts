import { z } from "zod";
import { UpstreamError } from "../http/upstream-error.ts";
import { nextFirst } from "../quota/calendar.ts";
import type { Reading } from "../quota/reading.ts";

/** Other money than dollars must not be added to them. */
export const UsdCode = z.string().regex(/^usd$/i, "expected usd");

export interface CostPage {
  readonly usd: number;
  /** Undefined on the last page. */
  readonly nextPage: string | undefined;
}

/** One page of a report in buckets of days; `line` is the schema of one cost in it, in dollars. */
export function costPage(line: z.ZodType<number>) {
  const page = z.object({
    data: z.array(z.object({ results: z.array(line) })),
    has_more: z.boolean(),
    next_page: z.string().nullish(),
  });
  return page.transform(({ data, has_more, next_page }, context): CostPage => {
    const usd = data.flatMap(({ results }) => results).reduce((sum, cost) => sum + cost, 0);
    const nextPage = has_more ? (next_page ?? undefined) : undefined;
    if (has_more && nextPage === undefined) {
      context.addIssue({ code: "custom", path: ["next_page"], message: "expected the next page, as there is more" });
    }
    return { usd, nextPage };
  });
}

/** 31 days fit on one page, so a server that has more than this many does not page as documented. */
const MOST_PAGES = 10;

/** The costs of all pages of the report at this address, asked for one after the other. */
export async function costOfPages(report: string, read: (url: string) => Promise<CostPage>): Promise<number> {
  let usd = 0;
  let url = report;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await read(url);
    usd += page.usd;
    if (page.nextPage === undefined) return usd;
    url = `${report}&page=${encodeURIComponent(page.nextPage)}`;
  }
  throw new UpstreamError("malformed", `the cost report goes on after ${MOST_PAGES} pages`);
}

/** The first of this month, 00:00 UTC. */
export function monthStart(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
}

/** What the month has cost so far. No call tells the limit: the config may. */
export function monthlySpend(usd: number, now: Date): Reading {
  return {
    quota: "monthly_spend",
    kind: "calendar",
    unit: "usd",
    readAt: now,
    used: usd,
    resetAt: nextFirst(now),
    // A provider refuses calls when the limit of the month is reached, and such a limit is what the config should name.
    enforcement: "hard",
    source: "api",
    confidence: "reported",
  };
}
