import { observeAnswer } from "./fetch.ts";
import { observedHandler } from "./interceptor.ts";
import type { Ending, ObserveOptions } from "./options.ts";
import { createSender } from "./sender.ts";

/** For `dispatcher.compose(…)` of undici 7 or 8. */
export interface ObserveInterceptor extends Ending {
  <Options extends object, Handler extends object>(
    dispatch: (options: Options, handler: Handler) => boolean,
  ): (options: Options, handler: Handler) => boolean;
}

/** Tells the exporter in the background what every call through a dispatcher says of its account. Throws for a bad `url`. */
export function observeInterceptor(options: ObserveOptions): ObserveInterceptor {
  const sender = createSender(options);
  const observe =
    <Options extends object, Handler extends object>(dispatch: (options: Options, handler: Handler) => boolean) =>
    (sent: Options, handler: Handler) =>
      dispatch(sent, (observedHandler(sent, handler, options, sender) as Handler | undefined) ?? handler);
  return Object.assign(observe, { flush: sender.flush, close: sender.close });
}

/** A `fetch` that does what the given one does, and tells the exporter of it in the background. Throws for a bad `url`. */
export function observedFetch<Input, Init>(
  fetch: (input: Input, init?: Init) => Promise<Response>,
  options: ObserveOptions,
): ((input: Input, init?: Init) => Promise<Response>) & Ending {
  const sender = createSender(options);
  const observe = async (input: Input, init?: Init) => {
    const response = await fetch(input, init);
    observeAnswer(input, init, response, options, sender);
    return response;
  };
  return Object.assign(observe, { flush: sender.flush, close: sender.close });
}
