/** What the body of a refused call says; an empty text where it says nothing. */
export interface ErrorTold {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  /** The error itself. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A body is searched through so many wrappings. */
const DEEPEST = 4;
/** A longer text is no error that a provider wrote. */
const LONGEST_TEXT = 10_000;

/**
 * The error in a body of any of the forms in use: in `error`, in `detail` or the body itself; an object or a text; the
 * first of a list; or as JSON inside of the message of another.
 */
export function errorIn(body: unknown): ErrorTold {
  return unwrapped(body, DEEPEST);
}

function unwrapped(body: unknown, depth: number): ErrorTold {
  if (typeof body === "string") return ofText(body, depth);
  if (Array.isArray(body)) return depth > 0 ? unwrapped(body[0], depth - 1) : told({});
  if (!isRecord(body)) return told({});
  const inner = body["error"] ?? body["detail"];
  if (depth > 0 && (isRecord(inner) || typeof inner === "string"))
    return withMessage(body, unwrapped(inner, depth - 1));
  const { message } = body;
  const isWrapped = depth > 0 && typeof message === "string" && message.trimStart().startsWith("{");
  return isWrapped ? ofText(message, depth) : told(body);
}

function ofText(text: string, depth: number): ErrorTold {
  if (text.length > LONGEST_TEXT) return told({});
  if (depth <= 0 || !/^\s*[[{]/.test(text)) return told({ message: text });
  try {
    return unwrapped(JSON.parse(text), depth - 1);
  } catch {
    // It only looked like JSON.
    return told({ message: text });
  }
}

/** `{ "error": "Rate limit exceeded", "message": "…" }` says what it means in both. */
function withMessage(body: Readonly<Record<string, unknown>>, inner: ErrorTold): ErrorTold {
  const further = textOf(body["message"]);
  return further === "" ? inner : { ...inner, message: `${inner.message} ${further}`.trim() };
}

const told = (fields: Readonly<Record<string, unknown>>): ErrorTold => ({
  type: textOf(fields["type"]),
  code: textOf(fields["code"]),
  message: textOf(fields["message"]),
  fields,
});

/** Codes are numbers here and there. */
const textOf = (value: unknown): string =>
  typeof value === "string" ? value.slice(0, LONGEST_TEXT) : typeof value === "number" ? String(value) : "";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
