import type { KeptAlert, ToldAlert, Wanted } from "../../src/alerting/ledger.ts";
import { NOW } from "../support/snapshot.ts";

export const LABELS = {
  alertname: "LLMQuotaExhausted",
  severity: "critical",
  provider: "nanogpt",
  account: "main",
  quota: "weekly_input_tokens",
};

/** An exhausted quota that fires since `NOW`. */
export function aWanted(over: Partial<Wanted> = {}): Wanted {
  return {
    labels: LABELS,
    quota: over.labels?.["quota"] ?? LABELS.quota,
    since: NOW,
    annotate: (now) => ({ summary: "s", description: `at ${now.toISOString()}` }),
    ...over,
  };
}

export function aTold(over: Partial<ToldAlert> = {}): ToldAlert {
  return { ...aWanted(over), fingerprint: "f", owner: "nanogpt/main", resolvedAt: undefined, ...over };
}

/** Told before the start. */
export function aKept(over: Partial<KeptAlert> = {}): KeptAlert {
  const { annotate, ...rest } = aTold();
  return { ...rest, annotations: annotate(NOW), ...over };
}
