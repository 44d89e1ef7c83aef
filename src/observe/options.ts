/** Why observations were let go: the queue was full, the exporter refused them, or they could not be sent before the end. */
export type DropReason = "full" | "refused" | "closed";

export interface ObserveOptions {
  /** Where the exporter is, such as `http://127.0.0.1:10844`. */
  readonly url: string;
  /** The name of the account in the config of the exporter. As a function: of the URL called; undefined leaves a call out. */
  readonly account: string | ((url: URL) => string | undefined);
  /** What the exporter asks for where it listens beyond loopback. */
  readonly token?: string;
  /** So many observations wait at most, 1,000 if not told. When there are more, the oldest go. */
  readonly maxQueued?: number;
  /** Hears how many observations were let go, and why. */
  readonly onDrop?: (count: number, reason: DropReason) => void;
}

/** What ends the background work. Neither ever rejects. */
export interface Ending {
  /** Resolves when what waits now was sent, or could not be. */
  flush(): Promise<void>;
  /** The same, and nothing is observed from then on. */
  close(): Promise<void>;
}

/** One call, in the words of the observations API. */
export interface Told {
  readonly account: string;
  /** RFC 3339. */
  readonly at: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly usage?: { readonly input_tokens?: number; readonly output_tokens?: number };
  readonly error?: unknown;
}
