import { constants, type FileHandle, open } from "node:fs/promises";

export type TextFile =
  | { readonly text: string /** The file's permission bits. */; readonly mode: number }
  | { readonly problem: string };

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EACCES: "may not be read by this user",
  EPERM: "may not be read by this user",
  EISDIR: "is a directory, not a file",
};

/** Of a file whose permission bits let every user read it. */
export const isOpenToAll = (mode: number): boolean => (mode & 0o004) !== 0;

/** Reads a small UTF-8 file; a leading byte order mark is dropped. A problem never quotes the path or the content. */
export async function readTextFile(path: string, maxBytes: number): Promise<TextFile> {
  try {
    await using handle = await openUnnoticed(path);
    const stats = await handle.stat();
    if (stats.isDirectory()) return { problem: "is a directory, not a file" };
    if (!stats.isFile()) return { problem: "is not a regular file" };
    if (stats.size > maxBytes) return { problem: `is larger than ${maxBytes / 1024} KiB` };
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await handle.readFile());
    return text.includes("\0") ? { problem: "is not a text file" } : { text, mode: stats.mode };
  } catch (error) {
    return { problem: explain(error) };
  }
}

/** Not blocking, as to open a pipe that nobody writes to would wait for ever. Its owner leaves no time of access either. */
export async function openUnnoticed(path: string, furtherFlags = 0): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | furtherFlags;
  // Absent on other systems than Linux, and refused to anybody but the owner.
  if (constants.O_NOATIME === undefined) return open(path, flags);
  try {
    return await open(path, flags | constants.O_NOATIME);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    return open(path, flags);
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "is not UTF-8 text";
  return WORDS[code] ?? `cannot be read (${code})`;
}
