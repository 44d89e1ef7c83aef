import { MOST_BYTES } from "./answer.ts";
import { beginCall } from "./call.ts";
import type { ObserveOptions } from "./options.ts";
import { type Sender, undisturbed } from "./sender.ts";

type Body = NonNullable<Response["body"]>;

/** Observes an answer that a `fetch` has given, before its caller has it. */
export function observeAnswer(
  input: unknown,
  init: unknown,
  response: Response,
  options: Pick<ObserveOptions, "account">,
  sender: Sender,
): void {
  undisturbed(() => {
    const { status, headers } = response;
    const method = field(init, "method") ?? field(input, "method") ?? "GET";
    const url = field(input, "url") ?? input;
    const sent = {
      method: String(method),
      url: String(url),
      headers: field(init, "headers") ?? field(input, "headers"),
    };
    const call = beginCall(sent, { status, headers }, options, sender);
    // A clone buffers at most what we read of it ahead of the caller.
    const body = call?.wantsBody === true ? copyOf(response) : undefined;
    if (body === undefined) call?.end();
    else void textOf(body).then((text) => call?.end(text));
  });
}

function copyOf(response: Response): Body | undefined {
  let body: Body | null = null;
  undisturbed(() => {
    body = response.clone().body;
  });
  return body ?? undefined;
}

async function textOf(body: Body): Promise<string | undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      text += decoder.decode(value, { stream: true });
      if (text.length <= MOST_BYTES) continue;
      // It resolves when the caller has done with the other half as well.
      reader.cancel().catch(() => undefined);
      return undefined;
    }
  } catch {
    // Broken off: its caller hears of it, and the call is told without its body.
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
