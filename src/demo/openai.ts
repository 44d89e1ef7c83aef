import type { SimulatedBucket } from "./bucket.ts";
import type { Reply, Upstream } from "./upstream.ts";

/** The buckets of an account, by their name in the headers. */
type Buckets = Readonly<Partial<Record<"requests" | "tokens" | "project-tokens", SimulatedBucket>>>;

interface OpenaiAccount {
  readonly key: string;
  readonly models: readonly string[];
  readonly buckets: Buckets;
}

// https://platform.openai.com/docs/guides/rate-limits and …/error-codes, read 2026-11-21. The list of models is free and
// told without limits; they show beside a completion, also beside one that is refused.
export function openai({ key, models, buckets }: OpenaiAccount): Upstream {
  return {
    basePath: "/v1",
    failure,
    reply({ method, path, bearer }) {
      const isProbe = method === "POST" && path === "/chat/completions";
      if (!isProbe && (method !== "GET" || path !== "/models")) return failure(404);
      if (bearer !== key) return failure(401);
      if (!isProbe) return { status: 200, body: { object: "list", data: models.map(modelBody) } };

      const headers = limitHeaders(buckets);
      const isEmpty = Object.values(buckets).some((bucket) => bucket.read().remaining === 0);
      if (isEmpty) return { ...failure(429), headers: { ...headers, "retry-after": "1" } };
      return { status: 200, headers, body: COMPLETION };
    },
  };
}

const COMPLETION = {
  id: "chatcmpl-demo",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: "length" }],
  usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
};

function modelBody(id: string): object {
  return { id, object: "model", created: 1_790_000_000, owned_by: "system" };
}

function limitHeaders(buckets: Buckets): Record<string, string> {
  const headers = Object.entries(buckets).flatMap(([name, bucket]) => {
    const { limit, remaining, fullAfterMs } = bucket.read();
    return [
      [`x-ratelimit-limit-${name}`, String(limit)],
      [`x-ratelimit-remaining-${name}`, String(remaining)],
      [`x-ratelimit-reset-${name}`, goDuration(fullAfterMs)],
    ];
  });
  return Object.fromEntries(headers);
}

/** As Go prints it: `20ms`, `1.5s`, `6m0s`. */
function goDuration(ms: number): string {
  if (ms < 1000) return ms === 0 ? "0s" : `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  return minutes === 0 ? seconds : `${minutes}m${seconds}`;
}

const ERRORS: Readonly<Record<number, { readonly type: string; readonly code: string }>> = {
  401: { type: "invalid_request_error", code: "invalid_api_key" },
  429: { type: "requests", code: "rate_limit_exceeded" },
};

function failure(status: number): Reply {
  const { type = "server_error", code = null } = ERRORS[status] ?? {};
  return { status, body: { error: { message: `simulated status ${status}`, type, param: null, code } } };
}
