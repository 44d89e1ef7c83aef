import type { Snapshot } from "../engine/snapshot.ts";
import type { AccountKey } from "../store/store.ts";
import { changesBetween, type Told } from "./changes.ts";
import { toJson } from "./json.ts";
import type { GapEvent } from "./schemas/events.ts";

/** One who follows. */
export interface Follower {
  /** Takes a text of the stream as it is; false when it cannot keep up, and is then forgotten. */
  readonly write: (text: string) => boolean;
  /** The stream is over. */
  readonly end: () => void;
  /** Whether an event about this account is wanted; those about the daemon always are. */
  readonly wants: (who: AccountKey) => boolean;
  /** The id of the last event that it has seen. */
  readonly since: string | undefined;
}

/** `full`: so many follow already. `over`: the daemon stops. */
export type Followed = { readonly leave: () => void } | "full" | "over";

export interface Events {
  /** Something may have changed. It is looked at once the work of this moment is done. */
  changed(): void;
  /** The config was reloaded. */
  reloaded(): void;
  follow(follower: Follower): Followed;
  /** Ends every stream; nothing is told any more. */
  end(): void;
}

interface EventsOptions {
  readonly snapshot: () => Snapshot;
  readonly now: () => Date;
  readonly mostFollowers?: number;
  readonly mostKept?: number;
  readonly heartbeatMs?: number;
}

/** Well under the connections that the server takes, so that a scrape always finds one. */
const MOST_FOLLOWERS = 64;
/** Beyond either, the oldest go: who comes back later than that hears of a gap. */
const MOST_KEPT = 1000;
const MOST_KEPT_CHARACTERS = 256 * 1024;
/** Under the idle time after which usual proxies cut a connection, 30 s to 60 s. */
const HEARTBEAT_MS = 15_000;
/** How long a browser waits before it comes back. */
const RETRY_MS = 5000;

interface Kept {
  readonly number: number;
  readonly who: AccountKey | undefined;
  readonly text: string;
}

/** Tells those who follow what has changed. It compares snapshots that others have made, and keeps nobody waiting. */
export function createEvents(options: EventsOptions): Events {
  const { snapshot, now, mostFollowers = MOST_FOLLOWERS, heartbeatMs = HEARTBEAT_MS } = options;
  // Tells the ids of this process from those of an earlier one.
  const era = now().getTime().toString(36);
  const ring = createRing(options.mostKept ?? MOST_KEPT);
  const followers = new Set<Follower>();
  let before = snapshot();
  let looking: NodeJS.Immediate | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let isOver = false;

  const leave = (follower: Follower) => {
    followers.delete(follower);
    if (followers.size === 0) clearInterval(heartbeat);
  };
  const write = (follower: Follower, text: string) => {
    if (!follower.write(text)) leave(follower);
  };
  const tell = (told: Told) => {
    const kept = ring.add(told, era);
    for (const one of followers) if (isWanted(kept, one)) write(one, kept.text);
  };
  const look = () => {
    looking = undefined;
    const after = snapshot();
    const changes = changesBetween(before, after);
    before = after;
    for (const change of changes) tell(change);
  };
  const join = (follower: Follower) => {
    if (followers.size === 0) {
      heartbeat = setInterval(() => {
        for (const one of followers) write(one, ":\n\n");
      }, heartbeatMs);
      heartbeat.unref();
    }
    followers.add(follower);
    const { lost, missed } = missedBy(follower.since, era, ring);
    const gap: GapEvent = { at: now().toISOString(), lost };
    write(
      follower,
      [
        // The id lets who hears of nothing at all go on from here.
        `retry: ${RETRY_MS}\nid: ${era}-${ring.last() - missed.length}\n\n`,
        lost === 0 ? "" : `event: gap\ndata: ${toJson(gap)}\n\n`,
        ...missed.filter((kept) => isWanted(kept, follower)).map(({ text }) => text),
      ].join(""),
    );
  };
  return {
    changed() {
      if (!isOver) looking ??= setImmediate(look);
    },
    reloaded() {
      if (isOver) return;
      tell({ event: "config", data: { at: now().toISOString(), accounts: snapshot().accounts.length } });
      looking ??= setImmediate(look);
    },
    follow(follower) {
      if (isOver) return "over";
      if (followers.size >= mostFollowers) return "full";
      join(follower);
      return { leave: () => leave(follower) };
    },
    end() {
      isOver = true;
      clearImmediate(looking);
      for (const one of [...followers]) {
        leave(one);
        one.end();
      }
    },
  };
}

const isWanted = ({ who }: Kept, follower: Follower) => who === undefined || follower.wants(who);

interface Ring {
  readonly add: (told: Told, era: string) => Kept;
  /** The number of the newest event; 0 before the first. */
  readonly last: () => number;
  /** Those after that number, as far as they are still there. */
  readonly after: (number: number) => readonly Kept[];
}

function createRing(most: number): Ring {
  let kept: Kept[] = [];
  let characters = 0;
  let last = 0;
  return {
    add({ event, data }, era) {
      last++;
      const text = `id: ${era}-${last}\nevent: ${event}\ndata: ${toJson(data)}\n\n`;
      const added = { number: last, who: "account" in data && event !== "config" ? data : undefined, text };
      kept.push(added);
      characters += text.length;
      let gone = 0;
      while (kept.length - gone > most || characters > MOST_KEPT_CHARACTERS) {
        characters -= kept[gone]?.text.length ?? 0;
        gone++;
      }
      if (gone > 0) kept = kept.slice(gone);
      return added;
    },
    last: () => last,
    after: (number) => kept.filter((one) => one.number > number),
  };
}

interface Missed {
  /** How many are gone; null when that cannot be known. */
  readonly lost: number | null;
  readonly missed: readonly Kept[];
}

function missedBy(since: string | undefined, era: string, ring: Ring): Missed {
  if (since === undefined || since === "") return { lost: 0, missed: [] };
  const [theirEra, digits = ""] = since.split("-", 2);
  const seen = Number(digits);
  if (theirEra !== era || !/^\d{1,15}$/.test(digits) || seen > ring.last()) return { lost: null, missed: [] };
  const missed = ring.after(seen);
  return { lost: ring.last() - seen - missed.length, missed };
}
