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

  equals(other: Secret | undefined): boolean {
    return other !== undefined && this.#text === other.#text;
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
