import type { FileHandle } from "node:fs/promises";

/** Where to read on. */
export interface Position {
  readonly offset: number;
  /** The line that goes on there has been too long already. */
  readonly isInLongLine: boolean;
}

/** Hears each line with the place behind it; `undefined` for one that is too long. Its bytes are used again afterwards. */
export type OnLine = (line: Buffer | undefined, next: Position) => void;

/** No line that tells a count is longer: those are files and pictures that somebody has shown to a model. */
const LONGEST_LINE = 1024 * 1024;
/** Between two of them others get their turn. */
const CHUNK = 64 * 1024;
const NEWLINE = 10;

/** Reads every line that is complete; one that is still being written is left for the next time. */
export async function readLines(
  handle: FileHandle,
  start: Position,
  signal: AbortSignal,
  onLine: OnLine,
): Promise<Position> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  let position = start;
  let readTo = start.offset;
  let pieces: Buffer[] = [];
  let isTooLong = start.isInLongLine;

  const takeLine = (end: Buffer, next: number) => {
    const whole = pieces.length === 0 ? end : Buffer.concat([...pieces, end]);
    const line = isTooLong ? undefined : whole;
    pieces = [];
    isTooLong = false;
    position = { offset: next, isInLongLine: false };
    onLine(line !== undefined && line.length <= LONGEST_LINE ? line : undefined, position);
  };
  const takeRest = (rest: Buffer) => {
    if (rest.length === 0) return;
    // The chunk is used again.
    if (!isTooLong) pieces.push(Buffer.from(rest));
    if (pieces.length * CHUNK <= LONGEST_LINE + CHUNK && !isTooLong) return;
    pieces = [];
    isTooLong = true;
    position = { offset: readTo, isInLongLine: true };
  };
  while (!signal.aborted) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK, readTo);
    if (bytesRead === 0) break;
    const read = chunk.subarray(0, bytesRead);
    let from = 0;
    for (let end = read.indexOf(NEWLINE); end !== -1; end = read.indexOf(NEWLINE, from)) {
      takeLine(read.subarray(from, end), readTo + end + 1);
      from = end + 1;
    }
    readTo += bytesRead;
    takeRest(read.subarray(from));
  }
  return position;
}
