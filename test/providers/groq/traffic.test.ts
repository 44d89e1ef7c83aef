import { describe, expect, it } from "vitest";
import { at, understood } from "../understood.ts";
import byDay from "./fixtures/chat-completions.200.by-day.headers.json" with { type: "json" };
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };

const MODEL = "llama-3.3-70b-versatile";
const HARD = { enforcement: "hard", models: [MODEL] };
const DAY = { ...HARD, quota: "requests_day", kind: "rolling", sliding: true, unit: "requests", periodSeconds: 86_400 };
const MINUTE = { ...HARD, quota: "tokens_minute", kind: "rate_limit", unit: "tokens", periodSeconds: 60 };
const call = (over: object) => understood("groq", { model: MODEL, ...over });

describe("a call to Groq", () => {
  it("tells requests of the day and tokens of the minute, of the model that was called", () => {
    expect(call({ headers })).toEqual({
      readings: [
        { ...DAY, limit: 14_400, remaining: 14_370, resetAt: at("12:02:59.560") },
        { ...MINUTE, limit: 18_000, remaining: 17_997, resetAt: at("12:00:00.008") },
      ],
    });
  });

  it("tells the same in the variant that names its windows", () => {
    expect(call({ headers: byDay }).readings.map(({ quota, kind }) => [quota, kind])).toEqual([
      ["requests_day", "rolling"],
      ["tokens_day", "rolling"],
      ["tokens_minute", "rate_limit"],
    ]);
  });

  it("that names no model tells of the account", () => {
    expect(understood("groq", { headers }).readings[0]).not.toHaveProperty("models");
  });

  it("has a quota of the day used up when its headers prove it, for as long as they say", () => {
    const told = { ...headers, "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "24h0m0s" };

    expect(call({ status: 429, headers: { ...told, "retry-after": "6" } })).toMatchObject({
      refusal: "quota",
      retryAfterSeconds: 6,
      readings: [
        { quota: "requests_day", remaining: 0, refused: true, resetAt: new Date("2026-11-22T12:00:00Z") },
        { quota: "tokens_minute", remaining: 17_997 },
      ],
    });
  });

  it("is throttled when the tokens of the minute are gone", () => {
    const told = { ...headers, "x-ratelimit-remaining-tokens": "0" };

    expect(call({ status: 429, headers: told })).toMatchObject({
      refusal: "throttled",
      readings: [{ quota: "tokens_minute", refused: true }, { quota: "requests_day" }],
    });
  });

  it("pages nobody for a limit that no header tells, as requests per minute or tokens per day", () => {
    expect(call({ status: 429, headers, error: { error: { type: "tokens", code: "rate_limit_exceeded" } } })).toEqual({
      refusal: "throttled",
      readings: [
        { quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" },
        expect.objectContaining({ quota: "requests_day", remaining: 14_370 }),
        expect.objectContaining({ quota: "tokens_minute" }),
      ],
    });
  });
});
