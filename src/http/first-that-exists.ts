import { UpstreamError } from "./upstream-error.ts";

/** What the first of several paths tells that the server knows: after a 404 the next is asked. Any other failure is thrown. */
export async function firstThatExists<P, T>(paths: readonly P[], ask: (path: P) => Promise<T>): Promise<T> {
  const [path, ...others] = paths;
  if (path === undefined) throw new UpstreamError("client", "there is no path to ask");
  try {
    return await ask(path);
  } catch (error) {
    if (others.length === 0 || !(error instanceof UpstreamError) || error.status !== 404) throw error;
    return firstThatExists(others, ask);
  }
}
