import { createFollower, type FollowedAccount, type FollowerOptions } from "./follower.ts";

export interface SessionFilesLoop {
  start(): void;
  /** Follows these accounts from now on. */
  replace(accounts: readonly FollowedAccount[]): void;
  stop(): Promise<void>;
}

interface LoopOptions extends FollowerOptions {
  readonly accounts: readonly FollowedAccount[];
  /** Hears of a fault of ours in the work on one account. */
  readonly onBug: (account: FollowedAccount, error: unknown) => void;
}

/** Tools write while they work; to look is a few calls of the file system. */
const EVERY_MS = 15_000;

/** Learns from the logs of coding tools, which are only ever read: one account after the other, every 15 s. */
export function createSessionFiles({ accounts, onBug, ...options }: LoopOptions): SessionFilesLoop {
  const ending = new AbortController();
  let followers = new Map<string, Followed>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  const lookAtAll = async () => {
    for (const { account, follower } of [...followers.values()]) {
      if (ending.signal.aborted) return;
      await follower.look(ending.signal).catch((error: unknown) => onBug(account, error));
    }
  };
  const look = () => {
    looking ??= lookAtAll().finally(() => {
      looking = undefined;
    });
  };
  const replace = (next: readonly FollowedAccount[]) => {
    const before = followers;
    followers = new Map(
      next.flatMap((account) => {
        const { sessionFiles } = account;
        if (sessionFiles === undefined) return [];
        const key = JSON.stringify([account.provider, account.account, sessionFiles.tool, sessionFiles.path]);
        const follower = before.get(key)?.follower ?? createFollower(account, sessionFiles, options);
        return [[key, { account, follower }] as const];
      }),
    );
  };
  replace(accounts);

  return {
    start() {
      look();
      timer = setInterval(look, EVERY_MS);
    },
    replace,
    async stop() {
      ending.abort();
      clearInterval(timer);
      await looking;
    },
  };
}

interface Followed {
  readonly account: FollowedAccount;
  readonly follower: ReturnType<typeof createFollower>;
}
