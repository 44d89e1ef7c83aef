import nock from "nock";
import { createHttpClient } from "../../src/http/undici-client.ts";
import type { UpstreamError } from "../../src/http/upstream-error.ts";
import { findProvider } from "../../src/providers/registry.ts";
import type { AccountReading, Reading } from "../../src/quota/reading.ts";
import { Secret } from "../../src/secret.ts";
import { expectValid } from "../contract/expect-valid.ts";
import { NOW } from "./read-account.ts";

export const KEY = "planted-key-0123456789";

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface ReadOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** In place of the provider's own. */
  readonly baseUrl?: string;
  readonly now?: Date;
}

/**
 * One read of the provider with this id. `answers` are by method and path below its address, query included, as
 * `GET /v1/usage?page=2`; a call that is not among them fails.
 */
export async function readPreset(
  id: string,
  answers: Readonly<Record<string, Answer>>,
  { settings = {}, baseUrl, now = NOW }: ReadOptions = {},
): Promise<AccountReading> {
  const provider = findProvider(id);
  if (provider === undefined) throw new Error(`no provider ${id}`);
  const root = baseUrl ?? provider.baseUrl ?? "";
  for (const [call, { status = 200, body, headers = {} }] of Object.entries(answers)) {
    const [method = "", path = ""] = call.split(" ");
    const { origin, pathname } = new URL(root);
    const scope = nock(origin).intercept(`${pathname.replace(/\/$/, "")}${path}`, method);
    scope.reply(status, body as nock.Body, { "content-type": "application/json", ...headers });
  }
  const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
  try {
    const read = provider.connect({ baseUrl: root, apiKey: new Secret(KEY) }, settings);
    const told = await read({ http, signal: AbortSignal.timeout(20_000), now });
    expectValid(told, now);
    return told;
  } finally {
    await http.close();
  }
}

/** The readings by their ids. */
export async function quotasOf(...args: Parameters<typeof readPreset>): Promise<Readonly<Record<string, Reading>>> {
  const { readings } = await readPreset(...args);
  return Object.fromEntries(readings.map((reading) => [reading.quota, reading]));
}

/** Reason and message of a read that fails. */
export async function failureOf(...args: Parameters<typeof readPreset>): Promise<string> {
  return readPreset(...args).then(
    () => "the read did not fail",
    (error: UpstreamError) => `${error.reason}: ${error.message}`,
  );
}

/** What every reading of a read at `NOW` has, unless it says otherwise. */
export const common = { readAt: NOW, source: "api", confidence: "reported", enforcement: "hard" } as const;
