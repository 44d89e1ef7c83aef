import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";

const BALANCE = { quota: "balance", kind: "credits", unit: "usd", refused: true, enforcement: "hard" };

const refused = (status: number, error: unknown) => understood("kilo", { status, error });

describe("a call through Kilo", () => {
  it.each([
    ["the balance that is told", { title: "Low Credit Warning!", balance: -0.01 }, { remaining: -0.01 }],
    ["no number where none is told", { title: "Paid Model - Credits Required" }, {}],
    ["no number where it is a text", { title: "x", balance: "1" }, {}],
  ])("that is not paid for has %s", (_name, error, expected) => {
    expect(refused(402, { error })).toEqual({ refusal: "spend_cap", readings: [{ ...BALANCE, ...expected }] });
  });

  it.each([
    [429, { error: "Rate limit exceeded", message: "x" }, "throttled", ["requests"]],
    [401, { error: "x" }, "auth", []],
    [503, { error: "Service Unavailable", message: "x" }, "overloaded", []],
  ])("that is refused with a %i is understood by that", (status, error, refusal, quotas) => {
    const told = refused(status, error);

    expect(told.refusal).toBe(refusal);
    expect(told.readings.map(({ quota }) => quota)).toEqual(quotas);
  });
});
