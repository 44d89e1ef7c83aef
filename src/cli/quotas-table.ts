import { printable } from "../log.ts";
import { formatDuration, formatNumber, formatShare, unitWord } from "../quota/format.ts";
import type { Unit } from "../quota/reading.ts";
import type { QuotasDocument } from "../server/quotas-document.ts";

const HEADINGS = ["ACCOUNT", "PROVIDER", "QUOTA", "STATE", "LEFT", "OF", "RESETS IN", "RUNS OUT IN"];
const UNKNOWN = "–";

/** The document as a table for people: one line per quota, or one that says why an account has none. */
export function quotasTable(document: QuotasDocument, now: Date): string {
  const rows = document.accounts.flatMap((account) => {
    const name = [account.account, account.provider];
    if (account.quotas.length === 0) return [[...name, nothing(account)]];
    return account.quotas.map((quota) => [...name, ...cells(quota, now)]);
  });
  const errors = document.accounts.flatMap(({ account, error }) =>
    error === null ? [] : [`${account}: ${error.reason}: ${error.message}`],
  );
  return [...align([HEADINGS, ...rows]), ...errors].map((line) => `${printable(line)}\n`).join("");
}

type AccountEntry = QuotasDocument["accounts"][number];
type QuotaEntry = AccountEntry["quotas"][number];

function nothing({ error, metered }: AccountEntry): string {
  if (error !== null) return "could not be read";
  if (metered === null) return "not read yet";
  return metered ? "no quota told" : "no API quota";
}

function cells(quota: QuotaEntry, now: Date): string[] {
  const unit: Unit = quota.unit;
  const amount = (value: number | null) =>
    value === null ? UNKNOWN : `${formatNumber(value, unit)} ${unitWord(unit)}`.trim();
  const share = quota.remaining_ratio === null || unit === "ratio" ? "" : ` (${formatShare(quota.remaining_ratio)})`;
  const until = (time: string | null) =>
    time === null ? UNKNOWN : formatDuration((Date.parse(time) - now.getTime()) / 1000);
  return [
    quota.quota,
    quota.enforcement === "soft" ? `${quota.state} (soft)` : quota.state,
    `${amount(quota.remaining)}${share}`,
    unit === "ratio" ? "" : amount(quota.limit),
    until(quota.reset_at ?? quota.expires_at),
    quota.exhausts_at === null ? UNKNOWN : until(quota.exhausts_at),
  ];
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.filter((row) => row.length > column + 1).map((row) => row[column]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
