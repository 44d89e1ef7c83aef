import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { renderPromqlRules } from "../../src/alerting/promql-rules.ts";
import { RULES_ONLY_ALERTS } from "../../src/alerting/rule-exporter.ts";
import { RulesOptionError } from "../../src/alerting/rule-selector.ts";

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string().optional(),
          record: z.string().optional(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

const rulesOf = (text: string) => Rules.parse(load(text)).groups.flatMap(({ rules }) => rules);
const FAMILY = /(?<![:\w])llm_quota_\w+(?![:\w])/g;

describe("the rules in pure PromQL", () => {
  const rules = rulesOf(renderPromqlRules());

  it("name their recordings by level, metric and operation, and use only those that are there", () => {
    const recorded = rules.flatMap(({ record }) => record ?? []);
    const used = rules.flatMap(({ expr }) => expr.match(/\w+:\w+:\w+/g) ?? []);

    expect(recorded.filter((name) => !/^provider_account_quota:llm_quota_\w+:[a-z]+$/.test(name))).toEqual([]);
    expect(used.filter((name) => !recorded.includes(name))).toEqual([]);
    expect(recorded.filter((name) => !used.includes(name))).toEqual([]);
  });

  it("have alerts of the names that the engine has, each of these severities", () => {
    const alerts = rules.flatMap(({ alert, labels }) =>
      alert === undefined ? [] : [`${alert} ${labels?.["severity"]}`],
    );

    expect(alerts.slice(0, -RULES_ONLY_ALERTS.length)).toEqual([
      "LLMQuotaWillExhaust critical",
      "LLMQuotaExhausted critical",
      "LLMQuotaCreditsLow critical",
      "LLMQuotaCreditsLow warning",
      "LLMQuotaWatch warning",
      "LLMQuotaDataStale warning",
      "LLMQuotaAccountUnreadable warning",
    ]);
  });

  it("leave nothing to the engine's own verdicts", () => {
    const families = new Set(rules.flatMap(({ expr }) => expr.match(FAMILY) ?? []));

    expect(
      [...families].filter((name) => /alert|burn|exhaustion|consumption_rate|projected|binding/.test(name)),
    ).toEqual(["llm_quota_exporter_alertmanager_up"]);
  });

  it("ask for our own series only, as the selector tells them", () => {
    const scoped = rulesOf(renderPromqlRules({ selector: 'env="prod"' }));
    const asked = scoped.flatMap(({ expr }) => [
      ...expr.matchAll(/(?<![:\w])(?:llm_quota_\w+|up)(?![:\w])(\{[^}]*\})?/g),
    ]);

    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter(([, matchers]) => !matchers?.includes('env="prod"')).map(([text]) => text)).toEqual([]);
  });

  it("are not made where the daemon pushes, for then each event would come twice", () => {
    expect(() => renderPromqlRules({ mode: "push" })).toThrow(
      new RulesOptionError("the daemon pushes its alerts by itself: rules in pure PromQL would page once more"),
    );
  });
});
