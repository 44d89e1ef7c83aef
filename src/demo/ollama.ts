import type { Reply, Upstream } from "./upstream.ts";

// https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11. No credential and no quota.
export function ollama(models: readonly string[]): Upstream {
  const bodies: Readonly<Record<string, unknown>> = {
    "/": "Ollama is running",
    "/api/version": { version: "0.12.3" },
    "/api/tags": { models: models.map(modelBody) },
    "/api/ps": { models: [] },
  };
  return {
    basePath: "",
    failure,
    reply({ method, path }) {
      const body = bodies[path];
      return method === "GET" && body !== undefined ? { status: 200, body } : failure(404);
    },
  };
}

function modelBody(name: string, index: number): object {
  return {
    name,
    model: name,
    modified_at: "2026-11-01T09:30:00.123456789+01:00",
    size: 4_920_753_328,
    digest: index.toString(16).padStart(64, "0"),
    details: {
      parent_model: "",
      format: "gguf",
      family: "llama",
      families: ["llama"],
      parameter_size: "8.0B",
      quantization_level: "Q4_K_M",
    },
  };
}

function failure(status: number): Reply {
  return { status, body: { error: `simulated status ${status}` } };
}
