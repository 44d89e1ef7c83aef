import { createOutageLog, type Logger } from "./log.ts";
import type { PeerResult } from "./poller/peer.ts";

/** One line when the peer can no longer be asked, and one when it can again. */
export function createPeerLog(log: Logger) {
  const report = createOutageLog(log, {
    begins: "the peer cannot be asked, every account is read here",
    ends: "the peer can be asked again",
  });
  return (result: PeerResult, problem?: unknown) => {
    const text = problem instanceof Error ? problem.message : String(problem);
    report(result === "failed" ? text : undefined);
  };
}
