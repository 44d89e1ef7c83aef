import { join } from "node:path";
import type { Observation } from "../quota/observation.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { decodeMemory, encodeMemory, type FileMemory, newFileMemory } from "./file-memory.ts";
import { codeOf, type LogFile, logFiles } from "./log-files.ts";
import { type LogReader, type News, nameOf, openLog, readLog, type Skipped, settle } from "./read-log.ts";
import { createRecentKeys } from "./recent-keys.ts";
import { callsOf } from "./session-calls.ts";
import type { Tool } from "./tool.ts";

export const SESSION_TOOLS = { claude_code: claudeCode, codex_cli: codex } as const satisfies Record<string, Tool>;

/** Where the logs of a coding tool lie that uses an account. */
export interface SessionFiles {
  readonly tool: keyof typeof SESSION_TOOLS;
  /** Absolute; the directory that the tool keeps its own files in. */
  readonly path: string;
}

export interface FollowedAccount {
  readonly provider: string;
  readonly account: string;
  readonly sessionFiles?: SessionFiles;
}

/** How far logs were read, kept over a restart. */
interface KeptFiles {
  sessionFiles(key: FollowedAccount): readonly { readonly name: string; readonly text: string }[];
  keepSessionFile(key: FollowedAccount, name: string, text: string): void;
  forgetSessionFile(key: FollowedAccount, name: string): void;
}

/** What of the logs could not be used: a line, or a file or directory. */
export type SessionProblem = Skipped | "missing" | "unreadable";

export interface FollowerOptions {
  readonly kept: KeptFiles;
  /** Learns from a call; the same as the observations API does. */
  readonly take: (account: string, call: Observation) => unknown;
  readonly problem: (account: FollowedAccount, problem: SessionProblem) => void;
  readonly now: () => Date;
}

const DAY_MS = 86_400_000;
/** By then nothing in an untouched log could count, should it be taken for a new one. */
const FORGET_MS = 2 * DAY_MS;
/** Of a log that is gone. */
const FORGET_LOST_MS = 30 * DAY_MS;

/** Follows the logs of one account. `look` reads what is new; one call of it at a time. */
export function createFollower(account: FollowedAccount, files: SessionFiles, options: FollowerOptions) {
  const { kept, take, problem, now } = options;
  const tool: Tool = SESSION_TOOLS[files.tool];
  const { memories, counted } = remembered(account, kept, now());
  /** By path, as it was when it was last read. */
  const seen = new Map<string, SeenFile>();
  const readerOf = (name: string, signal: AbortSignal): LogReader => ({
    ...{ tool, counted, now, signal },
    skipped: (why) => problem(account, why),
    deliver(news: News, memory) {
      for (const call of callsOf(news, now())) take(account.account, call);
      memories.set(name, memory);
      kept.keepSessionFile(account, name, encodeMemory(memory));
    },
  });
  const read = async (file: LogFile, signal: AbortSignal) => {
    await using handle = await openLog(file.path);
    const name = await nameOf(handle, file, tool);
    if (name === undefined) return;
    seen.set(file.path, { ...file, name });
    const memory = memories.get(name) ?? newFileMemory(now().getTime() - DAY_MS);
    if (memory.position.offset !== file.size) await readLog(handle, file.size, memory, readerOf(name, signal));
  };

  return {
    async look(signal: AbortSignal): Promise<void> {
      const onUnreadable = (code: string) => problem(account, code === "ENOENT" ? "missing" : "unreadable");
      for await (const file of logFiles(join(files.path, tool.folder), tool.isLog, onUnreadable)) {
        if (signal.aborted) return;
        if (isNew(file, seen.get(file.path), now())) {
          await read(file, signal).catch((error: unknown) => onUnreadable(codeOf(error)));
        }
      }
      for (const [name, memory] of memories) settle(memory, readerOf(name, signal));
      for (const name of leaveOld(seen, now())) {
        memories.delete(name);
        kept.forgetSessionFile(account, name);
      }
    },
  };
}

interface SeenFile extends LogFile {
  /** What its memory is kept under. */
  readonly name: string;
}

/** What was kept of the logs of an account; what is of no use any more is forgotten. */
function remembered(account: FollowedAccount, kept: KeptFiles, now: Date) {
  const memories = new Map<string, FileMemory>();
  const counted = createRecentKeys();
  for (const { name, text } of kept.sessionFiles(account)) {
    const memory = decodeMemory(text);
    const isLost = now.getTime() - Math.max(memory?.since ?? 0, memory?.countedAt ?? 0) > FORGET_LOST_MS;
    if (memory === undefined || isLost) kept.forgetSessionFile(account, name);
    else memories.set(name, memory);
    for (const key of memory?.keys ?? []) counted.add(key);
  }
  return { memories, counted };
}

const isOld = ({ changedAt }: LogFile, now: Date) => now.getTime() - changedAt > FORGET_MS;

function isNew(file: LogFile, before: LogFile | undefined, now: Date): boolean {
  if (isOld(file, now)) return false;
  return before === undefined || before.size !== file.size || before.changedAt !== file.changedAt;
}

/** Lets go of logs that nobody writes any more: the names under which nothing is left. */
function leaveOld(seen: Map<string, SeenFile>, now: Date): readonly string[] {
  const old = [...seen.values()].filter((file) => isOld(file, now));
  for (const { path } of old) seen.delete(path);
  // One that was moved goes on under its new path.
  const current = new Set([...seen.values()].map(({ name }) => name));
  return old.map(({ name }) => name).filter((name) => !current.has(name));
}
