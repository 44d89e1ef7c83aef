import { renderPrometheusRules } from "../src/alerting/prometheus-rules.ts";
import { renderPromqlRules } from "../src/alerting/promql-rules.ts";

/** The rule files of the repository, and what they are made of. */
export const SHIPPED_RULES = [
  { path: "deploy/prometheus/llm-quota.rules.yml", render: () => renderPrometheusRules() },
  { path: "deploy/prometheus/llm-quota.promql.rules.yml", render: () => renderPromqlRules() },
  { path: "deploy/kubernetes/prometheus-rule.yaml", render: () => renderPrometheusRules({ format: "kubernetes" }) },
] as const;
