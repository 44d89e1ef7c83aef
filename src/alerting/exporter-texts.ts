interface ExporterText {
  readonly summary: string;
  /** One sentence each, printed in a row. */
  readonly description: readonly string[];
}

/** What the alerts about the exporter itself say. */
export const EXPORTER_TEXTS = {
  LLMQuotaConfigReloadFailed: {
    summary: "The config of llm-quota-exporter was refused",
    description: [
      "It goes on with the config from before, and a restart would fail.",
      "llm-quota-exporter check-config tells what is wrong, and so does the exporter's log.",
    ],
  },
  LLMQuotaWatchdog: {
    summary: "Alerts about LLM quotas are being evaluated and delivered",
    description: ["Always firing. Let something outside raise the alarm when it stops arriving."],
  },
} as const satisfies Record<string, ExporterText>;

/** Those that the daemon can tell by itself. */
export type PushedExporterAlert = keyof typeof EXPORTER_TEXTS;
