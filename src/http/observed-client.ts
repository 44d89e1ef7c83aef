import type { HttpClient } from "./client.ts";
import { describeCall } from "./outgoing.ts";
import { UpstreamError, type UpstreamReason } from "./upstream-error.ts";

/** A call that is over, without any part that can hold a credential: no query, no header, no body. */
export interface CallMade {
  /** `GET host/path`. */
  readonly call: string;
  /** Undefined where no answer came, or none that could be read. */
  readonly status: number | undefined;
  /** Undefined for a good answer; `ended` where whoever asked did not wait for one. */
  readonly failure: UpstreamReason | "ended" | undefined;
  readonly milliseconds: number;
}

/** A client that tells of every call that it makes. */
export function observedClient(http: HttpClient, onCall: (call: CallMade) => void): HttpClient {
  async function observed<A extends { readonly status: number }>(
    request: Parameters<typeof describeCall>[0],
    send: () => Promise<A>,
  ): Promise<A> {
    const call = describeCall(request);
    const begin = performance.now();
    const tell = (end: Pick<CallMade, "status" | "failure">) =>
      onCall({ call, ...end, milliseconds: performance.now() - begin });
    try {
      const answer = await send();
      tell({ status: answer.status, failure: undefined });
      return answer;
    } catch (error) {
      const isTold = error instanceof UpstreamError;
      tell({ status: isTold ? error.status : undefined, failure: isTold ? error.reason : "ended" });
      throw error;
    }
  }

  return {
    json: (request) => observed(request, () => http.json(request)),
    text: (request) => observed(request, () => http.text(request)),
    close: () => http.close(),
  };
}
