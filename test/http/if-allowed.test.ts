import { describe, expect, it } from "vitest";
import { ifAllowed } from "../../src/http/if-allowed.ts";
import { UpstreamError } from "../../src/http/upstream-error.ts";

describe("ifAllowed", () => {
  it("gives the answer of a call that worked", async () => {
    expect(await ifAllowed(Promise.resolve(7))).toBe(7);
  });

  it.each([401, 403, 404])("gives undefined for status %i", async (status) => {
    expect(await ifAllowed(Promise.reject(new UpstreamError("auth", "no", { status })))).toBeUndefined();
  });

  it.each<[name: string, error: Error]>([
    ["another status", new UpstreamError("server", "broken", { status: 500 })],
    ["a failure without a status", new UpstreamError("network", "gone")],
    ["an error that is not of the provider", new TypeError("bug")],
  ])("throws %s", async (_name, error) => {
    await expect(ifAllowed(Promise.reject(error))).rejects.toBe(error);
  });
});
