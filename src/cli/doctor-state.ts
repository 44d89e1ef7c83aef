import { constants } from "node:fs";
import { access, open, readFile, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { APPLICATION_ID, VERSION } from "../store/open-database.ts";
import { type Finding, fail, ok, warn } from "./doctor-check.ts";

const MEBIBYTE = 1024 * 1024;
const LITTLE_SPACE = 100 * MEBIBYTE;
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";

/** Where the header of an SQLite file keeps them: <https://www.sqlite.org/fileformat.html>, read 2026-11-22. */
const VERSION_OFFSET = 60;
const ID_OFFSET = 68;
/** SQLite locks bytes that begin here, whatever the size of the file. */
const FIRST_LOCKED_BYTE = 2 ** 30;

const ANOTHER = "name another file in state.path";

/** Whether the daemon could keep its state there. Opens nothing to write, and no database: that alone would lock it. */
export async function stateFinding(path: string): Promise<Finding> {
  const found = await statOf(path);
  if (found === undefined) return folderFinding(path, "will be made at the first start");
  if (!found.isFile()) return fail(`${path} is not a file`, ANOTHER);
  if (!(await isAllowed(path, constants.R_OK | constants.W_OK)))
    return fail(`${path} may not be written by this user`, "give it to the user that the daemon runs as");
  const wrong = found.size === 0 ? undefined : await headerProblem(path);
  if (wrong !== undefined) return wrong;
  const owner = await lockOwner(found.ino);
  return folderFinding(
    path,
    owner === undefined ? "is good" : `is in use by process ${owner}, a second could not start`,
  );
}

async function headerProblem(path: string): Promise<Finding | undefined> {
  const { buffer, bytesRead } = await firstBytes(path);
  const isOurs =
    bytesRead === HEADER_BYTES &&
    buffer.subarray(0, MAGIC.length).toString("latin1") === MAGIC &&
    buffer.readUInt32BE(ID_OFFSET) === APPLICATION_ID;
  if (!isOurs) return fail(`${path} belongs to another program`, ANOTHER);
  const version = buffer.readUInt32BE(VERSION_OFFSET);
  if (version <= VERSION) return undefined;
  return fail(
    `${path} is of version ${version} and this program knows ${VERSION}`,
    `use the newer llm-quota-exporter, or ${ANOTHER}`,
  );
}

async function firstBytes(path: string) {
  await using handle = await open(path, "r");
  return handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
}

/** The nearest folder that exists: those below it would be made. */
async function folderFinding(path: string, what: string): Promise<Finding> {
  let folder = dirname(resolve(path));
  while ((await statOf(folder)) === undefined && dirname(folder) !== folder) folder = dirname(folder);
  if (!(await isAllowed(folder, constants.W_OK | constants.X_OK)))
    return fail(`${path}: this user may not write in ${folder}`, "give the folder to the user that the daemon runs as");
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${path} ${what}, ${Math.floor(free / MEBIBYTE).toLocaleString("en-US")} MiB free`;
  return free < LITTLE_SPACE ? warn(text, "make room: without it nothing is kept over a restart") : ok(text);
}

/** The process that holds the file, on Linux; undefined also where that cannot be seen. */
async function lockOwner(inode: number): Promise<string | undefined> {
  const locks = await readFile("/proc/locks", "utf8").catch(() => "");
  for (const line of locks.split("\n")) {
    const [, kind, , , process, file, start] = line.trim().split(/\s+/);
    if (kind === "POSIX" && file?.endsWith(`:${inode}`) && Number(start) >= FIRST_LOCKED_BYTE) return process;
  }
  return undefined;
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

const isAllowed = (path: string, mode: number) =>
  access(path, mode).then(
    () => true,
    () => false,
  );
