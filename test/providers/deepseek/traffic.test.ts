import { describe, expect, it } from "vitest";
import { understood } from "../understood.ts";

// Both tell a call that nothing pays for by its status, and nothing else of their own.
describe.each(["deepseek", "nanogpt"])("a call to %s", (id) => {
  it("that is not paid for says that the balance is empty, not what is left of it", () => {
    const error = { error: { message: "Insufficient balance", type: "unknown_error", code: "invalid_request_error" } };

    expect(understood(id, { status: 402, error })).toEqual({
      refusal: "spend_cap",
      readings: [{ quota: "balance", kind: "credits", unit: "usd", refused: true, enforcement: "hard" }],
    });
  });

  it.each([
    [401, "auth", []],
    [429, "throttled", ["requests"]],
    [500, "other", []],
    [503, "overloaded", []],
  ])("that is refused with a %i is %s", (status, refusal, quotas) => {
    const told = understood(id, { status, error: { error: "No." } });

    expect(told.refusal).toBe(refusal);
    expect(told.readings.map(({ quota }) => quota)).toEqual(quotas);
  });
});
