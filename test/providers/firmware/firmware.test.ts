import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import idle from "./fixtures/quota.200.idle.json" with { type: "json" };
import quota from "./fixtures/quota.200.json" with { type: "json" };

const PATH = "GET /quota";
const withFields = (fields: object) => ({ [PATH]: { body: { ...quota, ...fields } } });
const fiveHour = { quota: "five_hour", kind: "rolling", unit: "ratio", periodSeconds: 18_000, ...common } as const;

describe("firmware", () => {
  it("reads the share that is left of five hours out of the share that was used", async () => {
    expect(await readPreset("firmware", { [PATH]: { body: quota } })).toEqual({
      metered: true,
      readings: [{ ...fiveHour, limit: 1, remaining: 0.375, resetAt: new Date("2026-11-21T15:41:09Z") }],
    });
  });

  it("shows no reset while no window is open", async () => {
    expect(await quotasOf("firmware", { [PATH]: { body: idle } })).toEqual({
      five_hour: { ...fiveHour, limit: 1, remaining: 1 },
    });
  });

  it("sends its key as a bearer", async () => {
    nock("https://app.firmware.ai", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/api/v1/quota")
      .reply(200, quota);

    expect(await readPreset("firmware", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["1 is all of it, not one percent", { used: 1 }, 0],
    ["0.01 is one percent", { used: 0.01 }, 0.99],
    ["what passes 1 is an overrun", { used: 1.25 }, -0.25],
    ["a share in a text is a number", { used: "0.625" }, 0.375],
  ])("%s", async (_name, fields, remaining) => {
    expect(await quotasOf("firmware", withFields(fields))).toMatchObject({ five_hour: { limit: 1, remaining } });
  });

  it("is malformed with a percent, rather than an overrun of many times", async () => {
    expect(await failureOf("firmware", withFields({ used: 62.75 }))).toMatch(/^malformed: .*\$\.used/);
  });

  it("shows no number where the share is null, and keeps the reset", async () => {
    const { five_hour } = await quotasOf("firmware", withFields({ used: null }));

    expect(five_hour).toEqual({ ...fiveHour, resetAt: new Date("2026-11-21T15:41:09Z"), confidence: "degraded" });
  });

  it("is malformed without the share", async () => {
    expect(await failureOf("firmware", withFields({ used: undefined }))).toMatch(/^malformed: .*\$\.used/);
  });
});
