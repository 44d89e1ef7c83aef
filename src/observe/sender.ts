import type { DropReason, Ending, ObserveOptions, Told } from "./options.ts";
import { createPost } from "./post.ts";

export interface Sender extends Ending {
  /** Takes one call; returns at once and never throws. */
  add(told: Told): void;
}

/** What a batch waits for at most: its size or this time. */
const MOST_IN_BATCH = 100;
/** The exporter takes no more than 1 MB at once. */
const MOST_CHARACTERS = 250_000;
const EVERY_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const MOST_QUEUED = 1000;

const PATH = "/api/v1/observations";

type SenderOptions = Pick<ObserveOptions, "url" | "token" | "maxQueued" | "onDrop">;

/** Posts in the background, one batch at a time. Throws for a URL or token that cannot be one. */
export function createSender({ url, token, maxQueued = MOST_QUEUED, onDrop }: SenderOptions): Sender {
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new TypeError("token needs printable ASCII without spaces");
  const connection = createPost(addressOf(url), token);
  /** As JSON. */
  let queue: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let failures = 0;
  let isClosed = false;

  const drop = (count: number, reason: DropReason) => {
    if (count > 0) undisturbed(() => onDrop?.(count, reason));
  };
  const keepNewest = () => {
    const excess = queue.length - maxQueued;
    if (excess <= 0) return;
    queue.splice(0, excess);
    drop(excess, "full");
  };
  /** Sends until nothing waits, or the exporter cannot take more. */
  const sendAll = async () => {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize(queue));
      const posted = await connection.post(`{"observations":[${batch.join(",")}]}`);
      failures = posted === "later" ? failures + 1 : 0;
      if (posted === "refused") drop(batch.length, "refused");
      if (posted !== "later") continue;
      queue.unshift(...batch);
      keepNewest();
      return;
    }
  };
  const send = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    running ??= sendAll().finally(() => {
      running = undefined;
      if (queue.length > 0) wait();
    });
    return running;
  };
  const wait = () => {
    if (isClosed) return;
    timer ??= setTimeout(() => void send(), Math.min(LONGEST_PAUSE_MS, EVERY_MS * 2 ** failures)).unref();
  };
  const flush = async () => {
    connection.hold(true);
    // One that is under way may have begun before the newest came.
    if (running !== undefined) await running;
    await send();
    connection.hold(false);
  };

  return {
    add(told) {
      if (isClosed) return;
      queue.push(JSON.stringify(told));
      keepNewest();
      if (queue.length >= MOST_IN_BATCH && failures === 0) void send();
      else if (running === undefined) wait();
    },
    flush,
    async close() {
      isClosed = true;
      await flush();
      clearTimeout(timer);
      drop(queue.length, "closed");
      queue = [];
      connection.close();
    },
  };
}

/** At least one, and as many as one post may carry. */
function batchSize(queue: readonly string[]): number {
  let characters = 0;
  const first = queue.slice(0, MOST_IN_BATCH).findIndex((text) => {
    characters += text.length;
    return characters > MOST_CHARACTERS;
  });
  return first === -1 ? MOST_IN_BATCH : Math.max(1, first);
}

function addressOf(root: string): URL {
  const text = `${root.replace(/\/+$/, "")}${PATH}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError("url needs the address of the exporter, such as http://127.0.0.1:10844");
  return url;
}

/** Observing never fails what is observed: whether the work was done. */
export function undisturbed(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
