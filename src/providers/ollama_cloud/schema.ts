import { z } from "zod";
import type { Reading } from "../../quota/reading.ts";
import { shareReading } from "../share-reading.ts";

/** A window may be passed a little by the request that ends it. More than this is another scale, such as percent. */
const MOST_USED = 1.1;

// The call is undocumented; the form is what open-source clients had recorded by 2026-09. `usage` is the share used, 0 to
// 1. Neither a reset nor an absolute limit is told, and a window that the plan does not have is missing or null.
const Window = z
  .object({ usage: z.number().min(0).max(MOST_USED, "expected the share that is used, 0 to 1").nullable() })
  .nullish();

export const Usage = z
  .object({ limits: z.object({ session: Window, weekly: Window, monthly: Window }) })
  .refine(({ limits }) => Object.keys(limits).length > 0, {
    path: ["limits"],
    message: "expected at least one known window",
  })
  .transform(({ limits }) => limits);

export const WINDOWS = {
  // Plans with GPU time have the first two, those with an included sum of dollars the last.
  session: { quota: "session", kind: "rolling", periodSeconds: 18_000 },
  weekly: { quota: "weekly", kind: "rolling", periodSeconds: 604_800 },
  monthly: { quota: "monthly", kind: "calendar" },
} as const;
const WINDOW_KEYS = ["session", "weekly", "monthly"] as const;

export function toReadings(limits: z.infer<typeof Usage>, now: Date): Reading[] {
  return WINDOW_KEYS.flatMap((key): Reading[] => {
    const window = limits[key];
    if (window === undefined || window === null) return [];
    const { usage } = window;
    return [shareReading({ ...WINDOWS[key], left: usage === null ? null : 1 - usage }, now)];
  });
}
