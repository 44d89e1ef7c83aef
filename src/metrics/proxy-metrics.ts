import { Counter, Gauge, type Registry } from "prom-client";

/** How a call that was passed on ended. */
const ENDINGS = ["answered", "refused", "unreachable", "cut", "aborted"] as const;
/** Why an answer told nothing of what it cost. */
const UNREAD = ["too_large", "malformed", "encoding", "fault"] as const;

/** What is counted of the calls that are passed on. */
export interface ProxyMetrics {
  /** Creates the series of these accounts at 0; known ones go on. */
  readonly addAccounts: (accounts: Iterable<string>) => void;
  readonly began: () => void;
  readonly ended: (account: string, ending: (typeof ENDINGS)[number]) => void;
  readonly unread: (account: string, why: (typeof UNREAD)[number]) => void;
}

export function createProxyMetrics(registry: Registry): ProxyMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "llm_quota_exporter_proxy_requests_total",
    help: "Calls to the proxy that have ended, by how. Account is empty for a path without a route.",
    labelNames: ["account", "result"] as const,
    registers,
  });
  const active = new Gauge({
    name: "llm_quota_exporter_proxy_active_requests",
    help: "Calls that the proxy is passing on at this moment.",
    registers,
  });
  const unread = new Counter({
    name: "llm_quota_exporter_proxy_unread_answers_total",
    help: "Whole answers that were passed on, but whose tokens could not be read.",
    labelNames: ["account", "reason"] as const,
    registers,
  });
  for (const result of ENDINGS) requests.inc({ account: "", result }, 0);
  return {
    addAccounts(accounts) {
      for (const account of accounts) {
        for (const result of ENDINGS) requests.inc({ account, result }, 0);
        for (const reason of UNREAD) unread.inc({ account, reason }, 0);
      }
    },
    began: () => active.inc(),
    ended(account, result) {
      active.dec();
      requests.inc({ account, result });
    },
    unread: (account, reason) => unread.inc({ account, reason }),
  };
}
