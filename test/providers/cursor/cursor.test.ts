import nock from "nock";
import { describe, expect, it } from "vitest";
import { common, failureOf, KEY, quotasOf, readPreset } from "../read-preset.ts";
import spend from "./fixtures/spend.200.json" with { type: "json" };
import older from "./fixtures/spend.older.json" with { type: "json" };

const PATH = "POST /teams/spend";
const withMembers = (...teamMemberSpend: readonly object[]) => ({ [PATH]: { body: { ...spend, teamMemberSpend } } });
const ann = { userId: "user_7", spendCents: 5120, includedSpendCents: 2000, hardLimitOverrideDollars: 50 };
const usd = { kind: "calendar", unit: "usd", ...common } as const;

const ASKED = { sortBy: "amount", sortDirection: "desc", pageSize: 100 };

/** Answers page after page, each to the number that is asked for. */
function servePages(pages: readonly object[]): void {
  for (const [index, page] of pages.entries()) {
    nock("https://api.cursor.com")
      .post("/teams/spend", { ...ASKED, page: index + 1 })
      .reply(200, page);
  }
}

describe("cursor", () => {
  it("reads what the team and each member spend, and what a capped member spends beyond the plan", async () => {
    expect(await readPreset("cursor", { [PATH]: { body: spend } })).toEqual({
      metered: true,
      readings: [
        { quota: "team_spend", ...usd, enforcement: "soft", used: 59.6 },
        { quota: "user_overage_user_7", ...usd, limit: 50, used: 31.2, partial: true },
        { quota: "user_spend_user_7", ...usd, enforcement: "soft", used: 51.2, partial: true },
        { quota: "user_spend_user_8", ...usd, enforcement: "soft", used: 8.4, partial: true },
      ],
    });
  });

  it("reads members under the other name, with numbers for ids and without caps", async () => {
    expect(await readPreset("cursor", { [PATH]: { body: older } })).toMatchObject({
      readings: [
        { quota: "team_spend", used: 3 },
        { quota: "user_spend_4711", used: 3 },
        { quota: "user_spend_4712", used: 0 },
      ],
    });
  });

  it("sends its key as the user of basic authentication, without a password, and asks for the biggest first", async () => {
    const authorization = `Basic ${Buffer.from(`${KEY}:`).toString("base64")}`;
    nock("https://api.cursor.com", { reqheaders: { authorization, "content-type": "application/json" } })
      .post("/teams/spend", { ...ASKED, page: 1 })
      .reply(200, spend);

    expect(await readPreset("cursor", {})).toMatchObject({ metered: true });
  });

  it("reads all pages of members", async () => {
    const page = (userId: string, spendCents: number) => ({
      ...spend,
      teamMemberSpend: [{ userId, spendCents }],
      totalPages: 3,
    });
    servePages([page("a", 250), page("b", 100), page("c", 25)]);

    expect(await readPreset("cursor", {})).toMatchObject({
      readings: [
        { quota: "team_spend", used: 3.75 },
        { quota: "user_spend_a", used: 2.5 },
        { quota: "user_spend_b", used: 1 },
        { quota: "user_spend_c", used: 0.25 },
      ],
    });
  });

  it("adds up nothing where members are missing and no further page is told", async () => {
    const body = { ...spend, totalPages: undefined, totalMembers: 12 };
    const { team_spend: team, ...rest } = await quotasOf("cursor", { [PATH]: { body } });

    expect(team).toMatchObject({ confidence: "degraded" });
    expect(Object.keys(rest)).toContain("user_spend_user_7");
  });

  it("knows no sum of the team where a member's is null, and shows the others", async () => {
    const unknown = { ...ann, userId: "user_9", spendCents: null };
    const quotas = await quotasOf("cursor", withMembers(ann, unknown));

    expect(quotas).toMatchObject({
      team_spend: { confidence: "degraded" },
      user_overage_user_7: { used: 31.2 },
      user_spend_user_7: { used: 51.2 },
      user_spend_user_9: { confidence: "degraded" },
    });
    expect(quotas["team_spend"]).not.toHaveProperty("used");
  });

  it("reads numbers in texts as numbers", async () => {
    const texts = { ...ann, spendCents: "5120", includedSpendCents: "2000", hardLimitOverrideDollars: "50" };

    expect(await quotasOf("cursor", withMembers(texts))).toEqual(await quotasOf("cursor", withMembers(ann)));
  });

  it("shows 32 quotas at most, the caps first and then those who spend most, and counts the rest", async () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ userId: `user_${index}`, spendCents: 90 - index }));
    const { readings, dropped } = await readPreset("cursor", withMembers({ ...ann, userId: "ann" }, ...many));
    const ids = readings.map(({ quota }) => quota);

    expect(ids).toHaveLength(32);
    expect(ids.slice(0, 4)).toEqual(["team_spend", "user_overage_ann", "user_spend_ann", "user_spend_user_0"]);
    expect(dropped).toBe(11);
  });

  it("adds up a team of any size", async () => {
    const many = Array.from({ length: 1100 }, (_, index) => ({ ...ann, userId: index, spendCents: 2000 + index }));
    const quotas = await quotasOf("cursor", withMembers(...many));

    expect(quotas["team_spend"]).toMatchObject({ used: 28_044.5 });
    expect(Object.keys(quotas)).toHaveLength(32);
  });

  it.each([
    ["no id", { email: "ann@example.com", spendCents: 100 }],
    ["an empty id", { userId: "", email: "ann@example.com", spendCents: 100 }],
    ["a null id", { userId: null, email: "ann@example.com", spendCents: 100 }],
    ["an email for an id", { userId: "ann@example.com", spendCents: 100 }],
  ])("never makes an id of an email: a member with %s counts for the team alone", async (_name, member) => {
    expect(await quotasOf("cursor", withMembers(member))).toEqual({ team_spend: expect.objectContaining({ used: 1 }) });
  });

  it.each([
    [
      "hardLimit, where there is no override",
      { hardLimitOverrideDollars: undefined, hardLimit: 20 },
      { limit: 20, remaining: 20 - 31.2 },
    ],
    ["hardLimit, where the override is 0", { hardLimitOverrideDollars: 0, hardLimit: 40 }, { limit: 40, used: 31.2 }],
    ["the override, of which nothing is used yet", { spendCents: 2000 }, { limit: 50, used: 0 }],
  ])("takes the cap from %s", async (_name, told, expected) => {
    expect((await quotasOf("cursor", withMembers({ ...ann, ...told })))["user_overage_user_7"]).toMatchObject(expected);
  });

  it.each([
    ["0, as nothing may be spent beyond the plan", { hardLimitOverrideDollars: 0 }],
    ["null", { hardLimitOverrideDollars: null }],
    ["told without the included amount", { includedSpendCents: undefined }],
    ["told with more included than was spent", { includedSpendCents: 6000 }],
  ])("shows no cap that is %s", async (_name, told) => {
    expect(Object.keys(await quotasOf("cursor", withMembers({ ...ann, ...told })))).toEqual([
      "team_spend",
      "user_spend_user_7",
    ]);
  });

  it("has spent nothing in a team without members", async () => {
    const answers = { [PATH]: { body: { teamMemberSpend: [], totalMembers: 0, totalPages: 0 } } };

    expect(await readPreset("cursor", answers)).toMatchObject({ readings: [{ quota: "team_spend", used: 0 }] });
  });

  it.each([
    ["an answer without members", 200, { totalPages: 1 }, /^malformed: .*without a list of members/],
    ["members that are no list", 200, { teamMemberSpend: 12 }, /^malformed: /],
    ["a member without an amount", 200, { spend: [{ userId: "a" }] }, /^malformed: .*readings\.0\.used/],
    [
      "an amount that is none",
      200,
      { spend: [{ userId: "a", spendCents: "much" }] },
      /^malformed: .*readings\.0\.used/,
    ],
    ["a number of pages that is none", 200, { ...spend, totalPages: "two" }, /^malformed: .*request\.pages\.next/],
    ["a refused key", 401, { error: "Invalid API key" }, /^auth: /],
  ])("tells %s", async (_name, status, body, expected) => {
    expect(await failureOf("cursor", { [PATH]: { status, body } })).toMatch(expected);
  });
});
