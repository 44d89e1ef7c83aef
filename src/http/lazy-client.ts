import type { HttpClient } from "./client.ts";

/** Loads the real client with the first call: that takes as long as a tenth of the start, and no scrape waits for it. */
export function createLazyHttpClient(options: { readonly userAgent: string }): HttpClient {
  let loaded: Promise<HttpClient> | undefined;
  const load = async (): Promise<HttpClient> => {
    const { createHttpClient } = await import("./undici-client.ts");
    return createHttpClient(options);
  };
  return {
    async json(request) {
      loaded ??= load();
      return (await loaded).json(request);
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}
