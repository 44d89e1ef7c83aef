import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { errorIn } from "../../src/providers/error-body.ts";

const LIMIT = { type: "tokens", code: "rate_limit_exceeded", message: "Too many." };

describe("errorIn", () => {
  it.each<[name: string, body: unknown]>([
    ["as OpenAI sends it", { error: LIMIT }],
    ["at the top, as the native form of DashScope", LIMIT],
    ["in a list, as a stream of Google", [{ error: LIMIT }, { error: { code: "other" } }]],
    ["in the detail, as FastAPI", { detail: LIMIT }],
    ["as JSON in the message of another", { error: { code: "500", message: JSON.stringify({ error: LIMIT }) } }],
    ["as JSON in a text", JSON.stringify([{ error: LIMIT }])],
    ["as JSON in a text in the error", { error: JSON.stringify({ error: LIMIT }) }],
  ])("finds an error %s", (_name, body) => {
    expect(errorIn(body)).toEqual({ ...LIMIT, fields: LIMIT });
  });

  it.each<[name: string, body: unknown, message: string]>([
    ["of a text", "Too many", "Too many"],
    ["of a text in the error", { error: "Too many" }, "Too many"],
    ["of a text in the detail", { detail: "Too many" }, "Too many"],
    ["of a text in the error and one beside it", { error: "Too many", message: "Wait." }, "Too many Wait."],
    ["that only looks like JSON", { error: { message: "{Too many" } }, "{Too many"],
  ])("finds the message %s", (_name, body, message) => {
    expect(errorIn(body)).toMatchObject({ type: "", code: "", message });
  });

  it("takes a code that is a number for a text", () => {
    expect(errorIn({ error: { code: 402 } }).code).toBe("402");
  });

  it.each([undefined, null, 7, [], {}, { error: null }, { error: 7 }, "", "x".repeat(10_001)])(
    "finds nothing in %j",
    (body) => {
      expect(errorIn(body)).toMatchObject({ type: "", code: "", message: "" });
    },
  );
});

test("any body is an error of texts", () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.json()), (body) => {
      const { type, code, message } = errorIn({ error: body });
      expect([type, code, message].every((text) => typeof text === "string")).toBe(true);
    }),
  );
});
