import { get, type IncomingMessage } from "node:http";

export interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventStream extends Disposable {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  /** Everything so far, as it came. */
  text(): string;
  events(): readonly StreamedEvent[];
  /** The id to come back with. */
  lastId(): string | undefined;
  /** `open`, `ended` in order, or `cut` in the middle. */
  state(): "open" | "ended" | "cut";
}

/** Follows server-sent events on a connection of its own, as a browser does, but comes back only when told to. */
export function openEventStream(url: string, lastEventId?: string): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const headers = { Accept: "text/event-stream", ...(lastEventId !== undefined && { "Last-Event-ID": lastEventId }) };
    const request = get(url, { agent: false, headers }, (response) => {
      let text = "";
      let state: "open" | "ended" | "cut" = "open";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        state = "ended";
      });
      response.on("error", () => {
        state = "cut";
      });
      resolve({
        status: response.statusCode,
        headers: response.headers,
        text: () => text,
        events: () => eventsIn(text),
        lastId: () =>
          text
            .match(/^id: .*$/gm)
            ?.at(-1)
            ?.slice("id: ".length),
        state: () => state,
        [Symbol.dispose]: () => request.destroy(),
      });
    });
    request.on("error", reject);
  });
}

function eventsIn(text: string): StreamedEvent[] {
  // What has no blank line after it is still on its way.
  const blocks = text.split("\n\n").slice(0, -1);
  return blocks.flatMap((block) => {
    const field = (name: string) =>
      block
        .split("\n")
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const [event, data] = [field("event"), field("data")];
    return event === undefined || data === undefined ? [] : [{ id: field("id"), event, data: JSON.parse(data) }];
  });
}
