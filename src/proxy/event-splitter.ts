interface SplitterOptions {
  /** In characters, of one event. */
  readonly maxLength: number;
  readonly onEvent: (data: string) => void;
  /** An event was too long and is left out. */
  readonly onTooLong: () => void;
}

/** Hands on the data of each event of a stream of server-sent events. Whatever is no such stream has no events. */
export interface EventSplitter {
  push(chunk: Uint8Array): void;
  /** An event that the end of the stream leaves without its empty line counts too: some providers end so. */
  end(): void;
}

export function createEventSplitter({ maxLength, onEvent, onTooLong }: SplitterOptions): EventSplitter {
  const decoder = new TextDecoder();
  /** The beginning of a line whose end has not come. */
  let rest = "";
  let data: string | undefined;
  let isSkipping = false;

  const tooLong = () => {
    if (!isSkipping) onTooLong();
    isSkipping = true;
    data = undefined;
  };
  const line = (text: string) => {
    if (text === "") {
      if (data !== undefined) onEvent(data);
      data = undefined;
      isSkipping = false;
      return;
    }
    if (isSkipping || !text.startsWith("data:")) return;
    const value = text.slice(text.startsWith("data: ") ? 6 : 5);
    data = data === undefined ? value : `${data}\n${value}`;
    if (data.length > maxLength) tooLong();
  };
  const push = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const one of lines) line(one.endsWith("\r") ? one.slice(0, -1) : one);
    if (rest.length <= maxLength) return;
    tooLong();
    // As long as it goes on, no line: what is kept must not look like an empty one, nor like data.
    rest = ":";
  };
  return {
    push: (chunk) => push(decoder.decode(chunk, { stream: true })),
    end() {
      push(`${decoder.decode()}\n\n`);
    },
  };
}
