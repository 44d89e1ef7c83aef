import type { HttpClient } from "../http/client.ts";
import { orAbort } from "../http/or-abort.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import type { ReadAccount, ReadContext } from "../providers/provider.ts";
import type { ReadOutcome } from "../quota/account.ts";

interface ReadOptions {
  readonly http: HttpClient;
  readonly timeoutSeconds: number;
  /** Ends the read without an outcome. */
  readonly shutdown: AbortSignal;
  readonly now: () => Date;
  /** Told of a fault of ours, which the operator cannot mend. */
  readonly onBug: (error: unknown) => void;
  /** Hears what each expression finds, for an account that a mapping reads. */
  readonly explain?: ReadContext["explain"] | undefined;
}

/**
 * One read of one account under its deadline. Never throws and never hangs: an adapter that ignores its signal is left
 * behind. Undefined when the daemon is stopping.
 */
export async function readAccount(read: ReadAccount, options: ReadOptions): Promise<ReadOutcome | undefined> {
  const { http, timeoutSeconds, shutdown, now, onBug, explain } = options;
  // A read that waited for its turn must not begin now.
  if (shutdown.aborted) return undefined;
  const startedAt = now();
  const clock = performance.now();
  const deadline = AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000));
  const signal = AbortSignal.any([deadline, shutdown]);
  const end = () => ({ at: startedAt, seconds: (performance.now() - clock) / 1000 });
  try {
    const answer = await orAbort(
      (async () => read({ http, signal, now: startedAt, ...(explain && { explain }) }))(),
      signal,
    );
    return { ok: true, ...end(), answer };
  } catch (error) {
    if (shutdown.aborted) return undefined;
    if (deadline.aborted)
      return { ok: false, ...end(), reason: "timeout", message: `no answer within ${timeoutSeconds} s` };
    if (error instanceof UpstreamError) return { ok: false, ...end(), ...toFailure(error) };
    onBug(error);
    return { ok: false, ...end(), reason: "bug", message: "a fault in the exporter itself; see its log" };
  }
}

function toFailure({ reason, message, retryAfterSeconds, expired }: UpstreamError) {
  return {
    reason,
    message,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(expired && { expired }),
  };
}
