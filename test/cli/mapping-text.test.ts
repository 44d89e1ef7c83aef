import { describe, expect, it } from "vitest";
import { mappingText } from "../../src/cli/mapping-text.ts";
import { mapping } from "../../src/mapping/mapping.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";

/** Those whose mapping needs no settings to be whole. */
const mapped = PROVIDERS.filter(({ mapping: of, settings }) => of !== undefined && settings.safeParse({}).success);

describe("the text of a mapping", () => {
  it("tells every call, rule and expression", () => {
    const rules = mapping.parse({
      before: [{ set: "org", path: "/v1/orgs", value: "orgs[0].id" }],
      request: {
        path: ["/v1/{org}/usage", "/usage"],
        method: "POST",
        body: {},
        auth: "header:x-api-key",
        pages: { next: "next_page", body: "page" },
      },
      failures: [{ when: "code != 0", reason: "not_entitled" }],
      plan: "data\n  .tier",
      readings: [
        {
          quota: "=name",
          kind: "=type",
          unit: "requests",
          enforcement: "soft",
          limit: 500,
          used: "used",
          period: "=secs",
        },
      ],
    });

    expect(mappingText(rules)).toEqual([
      "  request                POST /v1/{org}/usage, and after a 404 /usage",
      "  auth                   header:x-api-key",
      "  before: org            GET /v1/orgs: orgs[0].id",
      "  next page              next_page",
      "  failure: not_entitled  code != 0",
      "  plan                   data .tier",
      "readings.0",
      "  quota        =name",
      "  kind         =type",
      "  unit         requests",
      "  enforcement  soft",
      "  limit        500",
      "  used         used",
      "  period       =secs",
      "  no expression for: reset_at",
    ]);
  });

  it("is found for presets", () => {
    expect(mapped.map(({ id }) => id)).toEqual(expect.arrayContaining(["moonshot", "zai"]));
  });

  it.each(mapped)("has a part for each rule of $id", ({ mapping: of }) => {
    const rules = of?.({});
    const lines = rules === undefined ? [] : mappingText(rules);

    expect(lines.filter((line) => /^readings\.\d+$/.test(line))).toHaveLength(rules?.readings.length ?? -1);
    expect(lines.filter((line) => line.includes("undefined") || line.includes("[object"))).toEqual([]);
  });
});
