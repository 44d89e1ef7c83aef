import type { PostClient } from "../http/post-client.ts";
import type { Secret } from "../secret.ts";
import type { WireAlert } from "./wire.ts";

/** An Alertmanager of the config. */
export interface AlertmanagerTarget {
  /** `host:port` and a path prefix, for labels and messages. */
  readonly name: string;
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly authorization?: () => Promise<{ readonly header: Secret } | { readonly problem: string }>;
}

export type SendResult =
  | { readonly how: "accepted" }
  /** It answers, but does not take these alerts: sending them again would not help. */
  | { readonly how: "refused"; readonly problem: string }
  /** It may take them later. */
  | { readonly how: "failed"; readonly problem: string };

export interface Sent {
  readonly result: SendResult;
  /** Seconds by which its clock is ahead of ours, to about a second; undefined where it tells no time. */
  readonly clockAhead: number | undefined;
}

/** Bad alerts, and bodies that somebody on the way finds too large: smaller ones may pass. */
const REFUSING: ReadonlySet<number> = new Set([400, 413, 422]);

/** Hands alerts to one Alertmanager, in one call. Rejects only when it was stopped. */
export function createAlertmanager(
  target: AlertmanagerTarget,
  { client, now }: { readonly client: PostClient; readonly now: () => Date },
) {
  // A file that is being exchanged may be missing for a moment.
  let lastHeader: Secret | undefined;
  const header = async (): Promise<Secret | undefined> => {
    const found = await target.authorization?.();
    if (found !== undefined && "problem" in found && lastHeader === undefined) throw new Error(found.problem);
    if (found !== undefined && "header" in found) lastHeader = found.header;
    return lastHeader;
  };

  return {
    async send(alerts: readonly WireAlert[], stopping: AbortSignal): Promise<Sent> {
      const signal = AbortSignal.any([stopping, AbortSignal.timeout(target.timeoutSeconds * 1000)]);
      try {
        const body = JSON.stringify(alerts);
        const answer = await client.post({ url: target.url, authorization: await header(), body, signal });
        const at = now().getTime();
        const clockAhead = answer.date && (answer.date.getTime() - at) / 1000;
        return { result: resultOf(answer), clockAhead };
      } catch (error) {
        stopping.throwIfAborted();
        const problem = error instanceof Error ? error.message : String(error);
        return { result: { how: "failed", problem }, clockAhead: undefined };
      }
    },
  };
}

function resultOf({ status, text }: { readonly status: number; readonly text: string }): SendResult {
  if (status >= 200 && status <= 299) return { how: "accepted" };
  const problem = text === "" ? `it answers ${status}` : `it answers ${status}: ${text}`;
  return { how: REFUSING.has(status) ? "refused" : "failed", problem };
}
