import { Counter, type Registry } from "prom-client";

/** Why something in the logs of a coding tool was left out. */
const PROBLEMS = ["too_long", "malformed", "missing", "unreadable"] as const;

/** What is counted of the logs of coding tools. */
export interface SessionMetrics {
  /** Creates the series of these accounts at 0; known ones go on. */
  readonly addAccounts: (accounts: Iterable<string>) => void;
  readonly problem: (account: string, problem: (typeof PROBLEMS)[number]) => void;
}

export function createSessionMetrics(registry: Registry): SessionMetrics {
  const problems = new Counter({
    name: "llm_quota_exporter_session_file_problems_total",
    help: "Lines, files and directories of session files that were left out, by why. Absent without session files.",
    labelNames: ["account", "problem"] as const,
    registers: [registry],
  });
  return {
    addAccounts(accounts) {
      for (const account of accounts) for (const problem of PROBLEMS) problems.inc({ account, problem }, 0);
    },
    problem: (account, problem) => problems.inc({ account, problem }),
  };
}
