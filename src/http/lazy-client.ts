import type { HttpClient } from "./client.ts";
import type { Forwarder } from "./forward.ts";
import type { PostClient, TlsOptions } from "./post-client.ts";

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
    async text(request) {
      loaded ??= load();
      return (await loaded).text(request);
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}

/** The same for messages to others. */
export function createLazyPostClient(options: { userAgent: string; tls?: TlsOptions | undefined }): PostClient {
  let loaded: Promise<PostClient> | undefined;
  const load = async (): Promise<PostClient> => {
    const { createPostClient } = await import("./post-client.ts");
    return createPostClient(options);
  };
  return {
    async post(request) {
      loaded ??= load();
      return (await loaded).post(request);
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}

/** The same for calls of others that are passed on. */
export function createLazyForwarder() {
  let loaded: Promise<Forwarder> | undefined;
  const load = async (): Promise<Forwarder> => {
    const { createForwarder } = await import("./forward.ts");
    return createForwarder();
  };
  return {
    async get() {
      loaded ??= load();
      return loaded;
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}
