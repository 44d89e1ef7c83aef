import type { Logger } from "./log.ts";
import type { OnUndetermined } from "./server/route-advice.ts";

const WHAT_FOLLOWS: Readonly<Record<Parameters<OnUndetermined>[1], string>> = {
  metered: "the account was never read well, routing advice counts on it all the same",
  models:
    "the models of the account are not known, routing advice counts on it all the same; `models` in the config names them",
};

/** Says in the log what routing advice has to do without. */
export function createRouteLog(log: Logger): OnUndetermined {
  return ({ provider, account }, what) => log.warn({ provider, account }, WHAT_FOLLOWS[what]);
}
