import type { SendResult, Sent } from "../../src/alerting/alertmanager.ts";
import type { ToldAlert } from "../../src/alerting/ledger.ts";
import type { ReplicaReport } from "../../src/alerting/replica.ts";
import type { WireAlert } from "../../src/alerting/wire.ts";
import { NOW } from "../support/snapshot.ts";
import { aTold, LABELS } from "./told.ts";

/** An alert of this name, as it fires or has ended. */
export const named = (fingerprint: string, over: Partial<ToldAlert> = {}): ToldAlert =>
  aTold({ fingerprint, labels: { ...LABELS, quota: fingerprint }, ...over });

export const many = (count: number, prefix = "q"): readonly ToldAlert[] =>
  Array.from({ length: count }, (_, index) => named(`${prefix}${index}`));

/** Only what tells alerts apart. */
export const asWire = ({ labels, resolvedAt }: ToldAlert): WireAlert => ({
  labels,
  annotations: {},
  startsAt: NOW.toISOString(),
  endsAt: (resolvedAt ?? NOW).toISOString(),
  generatorURL: resolvedAt === undefined ? "http://firing" : "http://ended",
});

export const nameOf = ({ labels }: Pick<WireAlert, "labels">) => labels["quota"] ?? "";

export const answering = (how: SendResult["how"]): Sent => ({
  result: how === "accepted" ? { how } : { how, problem: `it is ${how}` },
  clockAhead: undefined,
});

/** Counts as a daemon does. */
export function createTally() {
  const tally = {
    sent: 0,
    failed: 0,
    dropped: 0,
    noneTaken: 0,
    queued: 0,
    refused: [] as string[],
    bugs: [] as unknown[],
  };
  const report: ReplicaReport = {
    sent(alerts) {
      tally.sent += alerts;
    },
    failed(alerts) {
      tally.failed += alerts;
    },
    dropped(alerts) {
      tally.dropped += alerts;
    },
    noneTaken() {
      tally.noneTaken += 1;
    },
    refused: ({ fingerprint }, problem) => void tally.refused.push(`${fingerprint}: ${problem}`),
    queued(length) {
      tally.queued = length;
    },
    called: () => undefined,
    clockAhead: () => undefined,
    bug: (error) => void tally.bugs.push(error),
  };
  return { tally, report };
}
