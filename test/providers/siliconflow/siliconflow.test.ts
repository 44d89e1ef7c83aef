import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import userInfo from "./fixtures/user-info.200.json" with { type: "json" };
import refused from "./fixtures/user-info.200.refused.json" with { type: "json" };

const PATH = "GET /user/info";
const INTERNATIONAL = { baseUrl: "https://api.siliconflow.com/v1" };
const withData = (data: object) => ({ [PATH]: { body: { ...userInfo, data: { ...userInfo.data, ...data } } } });

describe("siliconflow", () => {
  it("reads what was granted and what was paid in together, not the grants that are called balance", async () => {
    expect(await readPreset("siliconflow", { [PATH]: { body: userInfo } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "cny", remaining: 63.95, ...common }],
    });
  });

  it("reads dollars on the international host, as no field tells the currency", async () => {
    expect(await quotasOf("siliconflow", { [PATH]: { body: userInfo } }, INTERNATIONAL)).toMatchObject({
      balance: { unit: "usd", remaining: 63.95 },
    });
  });

  it("asks under the other name of the path where the first is unknown", async () => {
    const answers = { [PATH]: { status: 404, body: { error: "not found" } }, "GET /user": { body: userInfo } };

    expect(await quotasOf("siliconflow", answers, INTERNATIONAL)).toMatchObject({ balance: { remaining: 63.95 } });
  });

  it("sends its key as a bearer", async () => {
    nock("https://api.siliconflow.cn", { reqheaders: { authorization: `Bearer ${KEY}` } })
      .get("/v1/user/info")
      .reply(200, userInfo);

    expect(await readPreset("siliconflow", {})).toMatchObject({ metered: true });
  });

  it.each([
    ["an empty balance is 0", { totalBalance: "0" }, 0],
    ["a debt is below 0", { totalBalance: "-1.5" }, -1.5],
    ["a balance that is a number is one", { totalBalance: 63.95 }, 63.95],
  ])("%s", async (_name, data, remaining) => {
    expect(await quotasOf("siliconflow", withData(data))).toMatchObject({ balance: { remaining } });
  });

  it("shows no number where the total is null, though its parts are told", async () => {
    const { balance } = await quotasOf("siliconflow", withData({ totalBalance: null }));

    expect(balance).toEqual({ quota: "balance", kind: "credits", unit: "cny", ...common, confidence: "degraded" });
  });

  it.each([
    ["an empty text", { totalBalance: "" }],
    ["words", { totalBalance: "n/a" }],
  ])("is malformed with %s for the total", async (_name, data) => {
    expect(await failureOf("siliconflow", withData(data))).toMatch(/^malformed: .*\$\.data\.totalBalance/);
  });

  it.each([
    ["the code is another than 20000", refused],
    ["only the code says it", { ...userInfo, code: 50000 }],
    ["only the status says it", { ...userInfo, status: false }],
  ])("is a failure where %s, though the status is 200", async (_name, body) => {
    expect(await failureOf("siliconflow", { [PATH]: { body } })).toBe(
      "server: GET api.siliconflow.cn/v1/user/info answered 200, and that it failed",
    );
  });

  it("minds neither a code in a text nor a missing one", async () => {
    for (const code of ["20000", undefined]) {
      expect(await quotasOf("siliconflow", { [PATH]: { body: { ...userInfo, code } } })).toMatchObject({
        balance: { remaining: 63.95 },
      });
    }
  });

  it.each([
    [401, "auth"],
    [403, "auth"],
    [429, "rate_limited"],
    [503, "server"],
  ])("judges a %i by its status, whatever the code in its body", async (status, reason) => {
    const body = { code: 20012, message: "invented", data: null };

    expect(await failureOf("siliconflow", { [PATH]: { status, body } })).toMatch(new RegExp(`^${reason}: `));
  });
});
