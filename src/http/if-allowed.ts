import { UpstreamError } from "./upstream-error.ts";

/** 404 counts too: that is how some providers hide what a credential may not see. */
const NOT_ALLOWED = new Set([401, 403, 404]);

/**
 * For a second call that not every credential may make: undefined when this one may not, so that its quotas are left
 * out. Any other failure is thrown, because it says nothing about them.
 */
export async function ifAllowed<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof UpstreamError && error.status !== undefined && NOT_ALLOWED.has(error.status)) return undefined;
    throw error;
  }
}
