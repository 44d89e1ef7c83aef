import { createHash, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

const SHOWN = "[secret]";

/** A credential that prints as `[secret]` wherever it ends up; only `reveal()` gives the text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Called in `src/http/` to send it, and by the log to know what to scrub; nowhere else. */
  reveal(): string {
    return this.#text;
  }

  /** For credentials whose kind shows in how they begin. */
  startsWith(prefix: string): boolean {
    return this.#text.startsWith(prefix);
  }

  /** Tells two credentials apart, and nothing else of them. */
  digest(): string {
    return digest(this.#text);
  }

  /** Takes the same time wherever the two differ. */
  matches(text: string): boolean {
    return timingSafeEqual(Buffer.from(this.digest()), Buffer.from(digest(text)));
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** SHA-256 as text. */
export const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");
