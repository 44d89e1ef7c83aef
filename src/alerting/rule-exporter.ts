import type { AlertText } from "./alert-texts.ts";
import { EXPORTER_TEXTS } from "./exporter-texts.ts";
import type { AlertRule, RuleGroup } from "./rule-file.ts";
import type { RuleSettings } from "./rule-options.ts";

/** What only Prometheus can notice, because it is about the exporter's own silence. */
export const RULES_ONLY_ALERTS = [
  "LLMQuotaExporterDown",
  "LLMQuotaAlertmanagerUnreachable",
  "LLMQuotaConfigReloadFailed",
  "LLMQuotaWatchdog",
] as const;

/** Shorter than the bridge of the engine's alerts: a dead exporter is reported before those that it held go out. */
const DOWN_SECONDS = 300;

export function exporterGroup(settings: RuleSettings, intervalSeconds: number): RuleGroup {
  return {
    name: "llm-quota-exporter",
    intervalSeconds,
    comment: ["What nobody but Prometheus can notice."],
    rules: RULES_ONLY_ALERTS.map((alert) => ({ alert, variables: [], ...RULES[alert](settings) })),
  };
}

type Definition = (settings: RuleSettings) => Omit<AlertRule, "alert" | "variables">;

const RULES: Readonly<Record<(typeof RULES_ONLY_ALERTS)[number], Definition>> = {
  LLMQuotaExporterDown: ({ target }) => ({
    // One expression for a target that fails and for one that is not there at all; one living replica is enough.
    expr: `absent(up{${target}} == 1)`,
    forSeconds: DOWN_SECONDS,
    severity: "critical",
    text: {
      summary: () => "No llm-quota-exporter can be scraped",
      description: [
        "Every quota is unwatched, and quota alerts that were firing end by themselves soon.",
        "Start the exporter again, or mend the scrape job llm-quota-exporter.",
      ],
    },
  }),
  LLMQuotaAlertmanagerUnreachable: ({ selector, replica }) => ({
    // One Alertmanager that takes the alerts of one exporter is enough: they tell each other.
    expr: `max without (${[...replica, "alertmanager"].join(", ")}) (llm_quota_exporter_alertmanager_up${braced(selector)}) == 0`,
    forSeconds: DOWN_SECONDS,
    severity: "critical",
    text: {
      summary: () => "No Alertmanager takes the alerts about LLM quotas",
      description: [
        "The exporter goes on trying, but what it has to say reaches nobody.",
        "Only this alert comes through, because Prometheus sends it.",
        "Look at the exporter's log, the addresses in its config, and the Alertmanagers themselves.",
      ],
    },
  }),
  LLMQuotaConfigReloadFailed: ({ selector, replica }) => ({
    expr: `min without (${replica.join(", ")}) (llm_quota_exporter_config_last_reload_successful${braced(selector)}) == 0`,
    forSeconds: DOWN_SECONDS,
    severity: "warning",
    text: told(EXPORTER_TEXTS.LLMQuotaConfigReloadFailed),
  }),
  LLMQuotaWatchdog: () => ({
    expr: "vector(1)",
    severity: "none",
    text: told(EXPORTER_TEXTS.LLMQuotaWatchdog),
  }),
};

/** Of nobody's account: there is nothing to put into the summary. */
function told({ summary, description }: { summary: string; description: readonly string[] }): AlertText {
  return { summary: () => summary, description };
}

const braced = (selector: string): string => (selector === "" ? "" : `{${selector}}`);
