import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface LogFile {
  readonly path: string;
  readonly size: number;
  /** In milliseconds. */
  readonly changedAt: number;
}

/** Logs that lie deeper, and more than so many, are no logs of a coding tool. */
const DEEPEST = 8;
const MOST_FILES = 50_000;

/** Every regular file below a directory that `isLog` takes. Links are not followed: they may lead anywhere. */
export async function* logFiles(
  directory: string,
  isLog: (name: string) => boolean,
  onUnreadable: (code: string) => void,
): AsyncGenerator<LogFile> {
  let count = 0;
  const directories = [{ path: directory, depth: 0 }];
  for (let next = directories.pop(); next !== undefined; next = directories.pop()) {
    const { path: folder, depth } = next;
    const entries = await entriesOf(folder, onUnreadable);
    const inside = depth < DEEPEST ? entries.filter((entry) => entry.isDirectory()) : [];
    directories.push(...inside.map(({ name }) => ({ path: join(folder, name), depth: depth + 1 })));
    for (const { name } of entries.filter((entry) => entry.isFile() && isLog(entry.name))) {
      if (++count > MOST_FILES) return;
      const file = await fileAt(join(folder, name), onUnreadable);
      if (file !== undefined) yield file;
    }
  }
}

async function entriesOf(folder: string, onUnreadable: (code: string) => void): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    onUnreadable(codeOf(error));
    return [];
  }
}

async function fileAt(path: string, onUnreadable: (code: string) => void): Promise<LogFile | undefined> {
  try {
    const { size, mtimeMs } = await lstat(path);
    return { path, size, changedAt: mtimeMs };
  } catch (error) {
    onUnreadable(codeOf(error));
    return undefined;
  }
}

/** Of an error of the file system; whatever else was thrown is a fault of ours. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  throw error;
}
