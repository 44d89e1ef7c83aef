import type { ReadContext } from "../../src/providers/provider.ts";

/** For adapters that call nobody. */
export function idleContext(): ReadContext {
  return {
    http: {
      json: () => Promise.reject(new Error("this adapter was expected to call nobody")),
      text: () => Promise.reject(new Error("this adapter was expected to call nobody")),
      close: () => Promise.resolve(),
    },
    signal: new AbortController().signal,
    now: new Date(0),
  };
}
