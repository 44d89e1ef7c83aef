export interface Call {
  readonly method: string;
  /** After the base path, without the query. */
  readonly path: string;
  readonly bearer: string | undefined;
  readonly apiKeyHeader: string | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as text, anything else as JSON. */
  readonly body: unknown;
}

/** One simulated account at one provider, as its API shows it. */
export interface Upstream {
  /** What `base_url` has after the host: empty or with a leading slash. */
  readonly basePath: string;
  reply(call: Call): Reply;
  /** The provider's way to refuse with this status. */
  failure(status: number): Reply;
}
