import { load as parseYaml } from "js-yaml";
import { expect, it } from "vitest";
import { mapping } from "../../src/mapping/mapping.ts";
import { workOn } from "../../src/mapping/work.ts";
import { blocks } from "../support/documents.ts";

const PAGE = "docs/providers/http_json.md";
const onPage = (info: "json" | "yaml") => blocks(info).filter(({ at }) => at.startsWith(PAGE));

it("the answer that the page of http_json shows gives the quota that its config describes", async () => {
  const [{ text: answer } = { text: "" }, ...others] = onPage("json");
  const [{ text: config } = { text: "" }] = onPage("yaml");
  const { accounts } = parseYaml(config) as { readonly accounts: readonly Readonly<Record<string, unknown>>[] };
  const { request, plan, readings } = accounts[0] ?? {};
  const rules = mapping.parse({ request, plan, readings });
  const now = new Date("2026-11-21T12:00:00Z");
  const surroundings = { now, status: 200, path: "/v1/usage", page: 1, host: "api.acme.example", variables: {} };
  const job = { ...rules, work: "extract" as const, answer: JSON.parse(answer), surroundings };

  const told = await workOn(job, { begins: () => undefined, found: () => undefined });

  expect(others).toEqual([]);
  expect(told).toMatchObject({
    plan: "team",
    readings: [
      { quota: "daily", limit: 500, remaining: 123, resetAt: new Date("2026-12-01T00:00:00Z"), periodSeconds: 86_400 },
    ],
  });
});
