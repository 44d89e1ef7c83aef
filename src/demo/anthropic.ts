import type { SimulatedBucket } from "./bucket.ts";
import type { Clock } from "./load.ts";
import type { Reply, Upstream } from "./upstream.ts";

/** The buckets of an account, by their name in the headers. */
type Buckets = Readonly<Partial<Record<"requests" | "tokens" | "input-tokens" | "output-tokens", SimulatedBucket>>>;

interface AnthropicAccount {
  readonly key: string;
  readonly models: readonly string[];
  readonly buckets: Buckets;
}

// https://platform.claude.com/docs/en/api/rate-limits and …/api/errors, read 2026-11-21. The list of models is free and
// told without limits; they show beside a message, also beside one that is refused.
export function anthropic({ key, models, buckets }: AnthropicAccount, clock: Clock = Date.now): Upstream {
  return {
    basePath: "",
    failure,
    reply({ method, path, apiKeyHeader }) {
      const isProbe = method === "POST" && path === "/v1/messages";
      if (!isProbe && (method !== "GET" || path !== "/v1/models")) return failure(404);
      if (apiKeyHeader !== key) return failure(401);
      if (!isProbe) return { status: 200, body: modelsBody(models) };

      const headers = limitHeaders(buckets, clock());
      const isEmpty = Object.values(buckets).some((bucket) => bucket.read().remaining === 0);
      if (isEmpty) return { ...failure(429), headers: { ...headers, "retry-after": "1" } };
      return { status: 200, headers, body: MESSAGE };
    },
  };
}

const MESSAGE = {
  id: "msg_demo",
  type: "message",
  role: "assistant",
  content: [{ type: "text", text: "." }],
  stop_reason: "max_tokens",
  usage: { input_tokens: 8, output_tokens: 1 },
};

function modelsBody(models: readonly string[]): object {
  return {
    data: models.map((id) => ({ type: "model", id, display_name: id, created_at: "2026-09-29T00:00:00Z" })),
    has_more: false,
    first_id: models.at(0) ?? null,
    last_id: models.at(-1) ?? null,
  };
}

function limitHeaders(buckets: Buckets, now: number): Record<string, string> {
  const headers = Object.entries(buckets).flatMap(([name, bucket]) => {
    const { limit, remaining, fullAfterMs } = bucket.read();
    const resetAt = new Date(Math.ceil((now + fullAfterMs) / 1000) * 1000).toISOString().replace(".000Z", "Z");
    // Tokens are told in whole thousands.
    const told = name === "requests" ? remaining : Math.round(remaining / 1000) * 1000;
    const prefix = `anthropic-ratelimit-${name}`;
    return [
      [`${prefix}-limit`, String(limit)],
      [`${prefix}-remaining`, String(told)],
      [`${prefix}-reset`, resetAt],
    ];
  });
  return Object.fromEntries(headers);
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

function failure(status: number): Reply {
  const type = ERROR_TYPES[status] ?? "api_error";
  return { status, body: { type: "error", error: { type, message: `simulated status ${status}` } } };
}
