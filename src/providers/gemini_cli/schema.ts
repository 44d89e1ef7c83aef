import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";
import { keepTightest } from "../../quota/open-names.ts";
import type { AccountReading } from "../../quota/reading.ts";
import { codeAssistRefusal, ModelBucket, modelReading } from "../code-assist.ts";

// https://github.com/google-gemini/gemini-cli (packages/core/src/code_assist/types.ts), read 2026-11-21.
export const Quota = z.object({ buckets: z.array(ModelBucket) });

// Since 2026-06-18 Google serves this login to plans of organisations only, as others report, and sends personal ones to
// Antigravity. Such a login is as good as ever; it has no plan here any more.
const MOVED: RefusalTold = { reason: "not_entitled", hint: "Google serves this plan through Antigravity only" };

export const Refusal = codeAssistRefusal({
  tool: "Gemini CLI",
  codes: new Map([["UNSUPPORTED_CLIENT", MOVED]]),
  wording: [/\bAntigravity\b/i, MOVED],
});

/** From the first use on, not from midnight. */
const DAY = { periodSeconds: 86_400 };

export function toReadings(
  { buckets }: z.infer<typeof Quota>,
  now: Date,
): Pick<AccountReading, "readings" | "dropped"> {
  return keepTightest(
    [],
    buckets.flatMap((bucket) => modelReading(bucket, now, DAY)),
  );
}
