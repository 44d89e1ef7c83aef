import type { KeptAlert } from "./ledger.ts";

/** The text under which an alert outlives the process. */
export const encodeAlert = (alert: KeptAlert): string => JSON.stringify(alert);

/** The alert as it was kept; undefined for text of any other shape, as another version may have left. */
export function decodeAlert(text: string): KeptAlert | undefined {
  const kept = parse(text);
  const labels = recordOf(kept["labels"]);
  const annotations = recordOf(kept["annotations"]);
  const { summary, description } = annotations ?? {};
  const [fingerprint, owner, quota] = ["fingerprint", "owner", "quota"].map((name) => textOf(kept[name]));
  const since = dateOf(kept["since"]);
  if (labels === undefined || summary === undefined || description === undefined || since === undefined)
    return undefined;
  if (fingerprint === undefined || owner === undefined || quota === undefined) return undefined;
  const resolvedAt = dateOf(kept["resolvedAt"]);
  // An end that cannot be read is no reason to page again.
  if (resolvedAt === undefined && kept["resolvedAt"] !== undefined) return undefined;
  return { fingerprint, owner, quota, labels, since, resolvedAt, annotations: { summary, description } };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function dateOf(value: unknown): Date | undefined {
  const date = new Date(textOf(value) ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function recordOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.values(value).every((one) => typeof one === "string") ? (value as Record<string, string>) : undefined;
}
