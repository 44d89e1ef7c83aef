import { factsOf, isNoUse, isWorthReading, modelOfPath } from "./answer.ts";
import { credentialsOf, pairsOf } from "./credentials.ts";
import { limitHeaders } from "./limit-headers.ts";
import type { ObserveOptions, Told } from "./options.ts";
import { type Sender, undisturbed } from "./sender.ts";

interface Request {
  readonly method: string;
  readonly url: string;
  /** In any of the forms that undici and `fetch` take. */
  readonly headers: unknown;
}

/** One answered call, from its head on. */
export interface Call {
  readonly wantsBody: boolean;
  /** Tells it; the body as text where one was wanted and could be had. Only the first time counts. */
  end(body?: string): void;
}

/** Begins to observe an answer; undefined for one that says nothing of a quota. Never throws. */
export function beginCall(
  request: Request,
  answer: { readonly status: number; readonly headers: unknown },
  { account: accountOf }: Pick<ObserveOptions, "account">,
  sender: Sender,
): Call | undefined {
  let call: Call | undefined;
  undisturbed(() => {
    // Models are called by POST; whatever else goes to a provider uses no quota.
    if (request.method.toUpperCase() !== "POST" || !isAnswered(answer.status)) return;
    const url = new URL(request.url);
    if (isNoUse(url.pathname)) return;
    const account = typeof accountOf === "string" ? accountOf : accountOf(url);
    if (account !== undefined) call = openCall(account, url, request.headers, answer, sender);
  });
  return call;
}

/** Neither a word in between nor a place to ask instead. */
const isAnswered = (status: number) => (status >= 200 && status < 300) || status >= 400;

function openCall(
  account: string,
  url: URL,
  sent: unknown,
  { status, headers }: { readonly status: number; readonly headers: unknown },
  sender: Sender,
): Call {
  const pairs = pairsOf(headers);
  const model = modelOfPath(url.pathname);
  const head: Told = {
    ...{ account, at: new Date().toISOString(), status, headers: limitHeaders(pairs) },
    ...(model !== undefined && { model }),
  };
  let isTold = false;
  return {
    wantsBody: isWorthReading(status, (name) => pairs.find(([given]) => given.toLowerCase() === name)?.[1]),
    end(body) {
      if (isTold) return;
      isTold = true;
      undisturbed(() => {
        const facts = body === undefined ? {} : factsOf(status, body, credentialsOf(sent, url));
        sender.add({ ...head, ...facts });
      });
    },
  };
}
