import { headerReadings } from "../header-readings.ts";
import { refusedBucket, understanding } from "../understand.ts";
import { OUT_OF_MONEY } from "./schema.ts";

// https://platform.openai.com/docs/guides/error-codes, read 2026-11-21.
export const understand = understanding({
  hear: headerReadings,

  refused({ error: { type, code }, heard, at }) {
    if (OUT_OF_MONEY.has(code) || OUT_OF_MONEY.has(type)) return { refusal: "spend_cap" };
    if (code !== "rate_limit_exceeded" && type !== "rate_limit_exceeded") return undefined;
    // The type names the bucket.
    const isNamed = type === "tokens" || type === "requests";
    const isTold = heard.some(({ quota, remaining = 1 }) => remaining <= 0 && quota !== type);
    return isNamed && !isTold
      ? { refusal: "throttled", readings: [refusedBucket(type, at)] }
      : { refusal: "throttled" };
  },
});
