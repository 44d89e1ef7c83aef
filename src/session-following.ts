import type { Logger } from "./log.ts";
import type { ExporterMetrics } from "./metrics/exporter-metrics.ts";
import type { FollowedAccount, FollowerOptions, SessionProblem } from "./sessions/follower.ts";
import { createSessionFiles, type SessionFilesLoop } from "./sessions/session-files.ts";

interface SessionFollowingOptions extends Pick<FollowerOptions, "kept" | "take" | "now"> {
  readonly accounts: readonly FollowedAccount[];
  readonly metrics: Pick<ExporterMetrics, "sessions">;
  readonly log: Logger;
}

const WORDS: Readonly<Record<SessionProblem, string>> = {
  too_long: "a line of a session file is longer than 1 MiB, such lines are left out",
  malformed: "a line of a session file is not as expected, such lines are left out",
  missing: "there are no session files yet: session_files.path may be wrong, or the tool was not used",
  unreadable: "a session file may not be read by this user, it is left out",
};

/** Learns from the logs of coding tools; what of them cannot be used is counted, and told once per account. */
export function createSessionFollowing({ metrics, log, ...options }: SessionFollowingOptions): SessionFilesLoop {
  const told = new Set<string>();
  const loop = createSessionFiles({
    ...options,
    problem({ provider, account }, problem) {
      metrics.sessions().problem(account, problem);
      const key = JSON.stringify([account, problem]);
      if (told.has(key)) return;
      told.add(key);
      log.warn({ provider, account }, WORDS[problem]);
    },
    onBug: ({ provider, account }, err) =>
      log.error({ provider, account, err }, "a fault in the exporter, please report it"),
  });
  const announce = (accounts: readonly FollowedAccount[]) => {
    const followed = accounts.filter(({ sessionFiles }) => sessionFiles !== undefined);
    if (followed.length > 0) metrics.sessions().addAccounts(followed.map(({ account }) => account));
  };
  announce(options.accounts);
  return {
    ...loop,
    replace(accounts) {
      announce(accounts);
      loop.replace(accounts);
    },
  };
}
