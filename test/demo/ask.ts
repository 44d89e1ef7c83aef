import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One call to a simulated account over HTTP. */
export async function ask(upstream: Upstream, path: string, init: RequestInit = {}): Promise<Answer> {
  const { status, body } = await hear(upstream, path, init);
  return { status, body };
}

/** The same, with the headers of the answer. */
export async function hear(
  upstream: Upstream,
  path: string,
  init: RequestInit = {},
): Promise<Answer & { readonly headers: Headers }> {
  const simulator = await startSimulator(upstream);
  try {
    const response = await fetch(`${simulator.baseUrl}${path}`, init);
    const text = await response.text();
    const body: unknown = text.startsWith("{") ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  } finally {
    await simulator.stop();
  }
}
