import type { Unread } from "./body-reader.ts";
import type { Observer } from "./observer.ts";

interface Hearing {
  readonly observer: Observer;
  readonly unread: (why: Unread) => void;
  /** Hears of a fault of ours, which the call does not notice. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Tells an observer in a later turn, when what it is told of is on its way already, and keeps its faults from the call.
 * After one it hears no more.
 */
export function behind({ observer, unread, onFault }: Hearing): Observer {
  let isBroken = false;
  const fail = (error: unknown) => {
    isBroken = true;
    unread("fault");
    onFault(error);
  };
  const later = (tell: () => void) => {
    setImmediate(() => {
      if (isBroken) return;
      try {
        tell();
      } catch (error) {
        fail(error);
      }
    });
  };
  return {
    requestData: (chunk) => later(() => observer.requestData(chunk)),
    begun: (status, headers) => later(() => observer.begun(status, headers)),
    data: (chunk) => later(() => observer.data(chunk)),
    async ended(isWhole) {
      later(() => void observer.ended(isWhole).catch(fail));
    },
  };
}
