import type { Reading } from "../../quota/reading.ts";
import { refusedReading } from "../refused-reading.ts";
import { type RefusalMeant, understanding } from "../understand.ts";
import { WINDOWS } from "./schema.ts";

// The wording that others recorded by 2026-09: "you (name) have reached your weekly usage limit". Nothing else names the
// window, and no reset is told.
const USED_UP = /\breached your (?:(?<window>session|hourly|weekly|monthly) )?usage limit\b/i;

export const understand = understanding({
  refused({ status, error, at }): RefusalMeant | undefined {
    const found = USED_UP.exec(error.message);
    if (status !== 429 || found === null) return undefined;
    return { refusal: "quota", readings: windowRefused(found.groups?.["window"]?.toLowerCase(), at) };
  },
});

/** Which one it was may not be told; the usage call shows it. */
function windowRefused(name: string | undefined, now: Date): Reading[] {
  const key = name === "hourly" ? "session" : name;
  if (key !== "session" && key !== "weekly" && key !== "monthly") return [];
  return [refusedReading({ ...WINDOWS[key], unit: "ratio" }, now)];
}
