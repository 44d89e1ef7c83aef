import type { Logger } from "./log.ts";
import type { PeerResult } from "./poller/peer.ts";

/** One line when the peer can no longer be asked, and one when it can again; the rest is a counter. */
export function createPeerLog(log: Logger) {
  let isFailing = false;
  return (result: PeerResult, problem?: unknown) => {
    const fails = result === "failed";
    if (fails && !isFailing) {
      const text = problem instanceof Error ? problem.message : String(problem);
      log.warn({ problem: text }, "the peer cannot be asked, every account is read here");
    }
    if (!fails && isFailing) log.info("the peer can be asked again");
    isFailing = fails;
  };
}
