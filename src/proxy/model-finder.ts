const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const [COMMA, COLON] = [0x2c, 0x3a];

const MOST_BYTES = 64 * 1024;
/** A longer name is none. */
const LONGEST = 128;

/** Looks for the text of the key `model` at the top of a JSON body as its chunks pass by; nothing of the body is kept. */
export interface ModelFinder {
  push(chunk: Uint8Array): void;
  found(): string | undefined;
}

interface State {
  seen: number;
  depth: number;
  isInString: boolean;
  isEscaped: boolean;
  /** At the top, the next string is a key. */
  isKeyNext: boolean;
  key: string;
  /** Of a string at the top. */
  text: number[];
  model: string | undefined;
}

export function createModelFinder(): ModelFinder {
  const state: State = {
    seen: 0,
    depth: 0,
    isInString: false,
    isEscaped: false,
    isKeyNext: false,
    key: "",
    text: [],
    model: undefined,
  };
  return {
    push(chunk) {
      if (state.model !== undefined || state.seen >= MOST_BYTES) return;
      const part = chunk.subarray(0, MOST_BYTES - state.seen);
      state.seen += part.length;
      for (const byte of part) {
        if (state.isInString) stepInString(state, byte);
        else stepOutside(state, byte);
        if (state.model !== undefined) return;
      }
    },
    found: () => state.model,
  };
}

function stepInString(state: State, byte: number): void {
  if (!state.isEscaped && byte === QUOTE) {
    state.isInString = false;
    if (state.depth === 1) endOfString(state);
    return;
  }
  state.isEscaped = !state.isEscaped && byte === BACKSLASH;
  if (state.depth === 1 && state.text.length <= LONGEST) state.text.push(byte);
}

function endOfString(state: State): void {
  const text = Buffer.from(state.text).toString("utf8");
  if (state.isKeyNext) state.key = text;
  else if (state.key === "model" && text !== "" && state.text.length <= LONGEST && !text.includes("\\"))
    state.model = text;
}

function stepOutside(state: State, byte: number): void {
  switch (byte) {
    case QUOTE:
      state.isInString = true;
      state.text = [];
      return;
    case OPEN_OBJECT:
    case OPEN_LIST:
      state.depth++;
      state.isKeyNext = byte === OPEN_OBJECT;
      return;
    case CLOSE_OBJECT:
    case CLOSE_LIST:
      state.depth--;
      return;
    case COLON:
      if (state.depth === 1) state.isKeyNext = false;
      return;
    case COMMA:
      if (state.depth === 1) state.isKeyNext = true;
      return;
    default:
      return;
  }
}

/** Where the path names it, as that of Gemini does: `…/models/NAME:generateContent`. */
export function modelInPath(path: string): string | undefined {
  return /\/models\/([\w.-]{1,128}):\w+/.exec(path)?.[1];
}
