import { describe, expect, it } from "vitest";
import { retryAfterSeconds } from "../../src/http/retry-after.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const IN_90_SECONDS = "Sat, 21 Nov 2026 12:01:30 GMT";

describe("retryAfterSeconds", () => {
  it.each<[name: string, headers: Record<string, string>, seconds: number | undefined]>([
    ["no header", {}, undefined],
    ["whole seconds", { "retry-after": "120" }, 120],
    ["a fraction of seconds", { "retry-after": "1.5" }, 1.5],
    ["zero", { "retry-after": "0" }, 0],
    ["blanks around", { "retry-after": " 7 " }, 7],
    ["milliseconds", { "retry-after-ms": "1500" }, 1.5],
    ["milliseconds before seconds", { "retry-after-ms": "250", "retry-after": "60" }, 0.25],
    ["seconds where the milliseconds are garbage", { "retry-after-ms": "soon", "retry-after": "60" }, 60],
    ["seconds where the milliseconds are years", { "retry-after-ms": "9".repeat(15), "retry-after": "60" }, 60],
    ["milliseconds beyond every number", { "retry-after-ms": "9".repeat(400) }, undefined],
    ["an exponent", { "retry-after": "1e3" }, undefined],
    ["a date with a word in it", { "retry-after": "Sat, hush 21 Nov 2026 12:01:30 GMT" }, undefined],
    ["a date against our clock", { "retry-after": IN_90_SECONDS }, 90],
    ["a date against the sender's clock", { "retry-after": IN_90_SECONDS, date: "Sat, 21 Nov 2026 12:01:00 GMT" }, 30],
    ["a date beside a broken Date header", { "retry-after": IN_90_SECONDS, date: "yesterday" }, 90],
    ["a date that has passed", { "retry-after": "Sat, 21 Nov 2026 11:59:00 GMT" }, 0],
    ["the form of RFC 850", { "retry-after": "Saturday, 21-Nov-26 12:01:30 GMT" }, 90],
    ["the form of asctime, which means UTC", { "retry-after": "Sat Nov 21 12:01:30 2026" }, 90],
    ["a date without a zone", { "retry-after": "Sat, 21 Nov 2026 12:01:30" }, undefined],
    ["an impossible date", { "retry-after": "Sat, 99 Nov 2026 12:01:30 GMT" }, undefined],
    ["words with a number in them", { "retry-after": "in 5 minutes" }, undefined],
    ["a negative number", { "retry-after": "-5" }, undefined],
    ["nothing in it", { "retry-after": "" }, undefined],
    ["two headers in one", { "retry-after": "5, 10" }, undefined],
    ["a wait of years", { "retry-after": "Mon, 21 Nov 2033 12:01:30 GMT" }, undefined],
    ["a number beyond every number", { "retry-after": "9".repeat(400) }, undefined],
    ["the longest wait that is believed", { "retry-after": "2678400" }, 2_678_400],
  ])("%s", (_name, headers, seconds) => {
    expect(retryAfterSeconds(headers, NOW)).toBe(seconds);
  });
});
