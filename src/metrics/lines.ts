import type { Family, Write } from "./family.ts";

/** The text of one family in the making. */
export interface Lines {
  /** Says whose samples come next: the open brace and the identity labels. */
  readonly about: (identity: string) => void;
  readonly write: Write;
  /** Samples written since the last `take`. */
  readonly count: () => number;
  /** The text since the last `take`; the first one begins with HELP and TYPE. */
  readonly take: () => string;
}

/** The last part of a line for one choice of label values, written once per family instead of once per sample. */
interface Ending {
  /** Up to where the value comes. */
  readonly open: string;
  readonly zero: string;
  readonly one: string;
  /** By the value of the next label. */
  readonly next: Map<string, Ending>;
  /** The last subject that had a sample with this ending. */
  subject: number;
}

/** A sample is one short loop and a few joins of texts that are there already: most of what a scrape costs is here. */
export function createLines({ name, help, type, labels }: Family): Lines {
  const noLabels = ending("");
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  let count = 0;
  let identity = "";
  let subject = 0;

  const endingOf = (labelValues: readonly string[]): Ending => {
    let found = noLabels;
    for (let index = 0; index < labels.length; index++) {
      const value = labelValues[index] ?? "";
      let next = found.next.get(value);
      if (next === undefined) {
        next = ending(joined(found.open.slice(0, -CLOSE.length), ",", label(labels[index] ?? "", value)));
        found.next.set(value, next);
      }
      found = next;
    }
    return found;
  };

  return {
    about(of) {
      identity = of;
      subject++;
    },
    write(value, ...labelValues) {
      if (value === undefined || !Number.isFinite(value)) return;
      const end = endingOf(labelValues);
      if (end.subject === subject) return;
      end.subject = subject;
      count++;
      text += name;
      text += identity;
      text += value === 0 ? end.zero : value === 1 ? end.one : `${end.open}${value}\n`;
    },
    count: () => count,
    take() {
      const taken = text;
      text = "";
      count = 0;
      return taken;
    },
  };
}

const CLOSE = "} ";

function ending(ownLabels: string): Ending {
  const end = (value: string) => joined(ownLabels, CLOSE, value);
  return { open: end(""), zero: end("0\n"), one: end("1\n"), next: new Map(), subject: -1 };
}

export function label(name: string, value: string): string {
  return `${name}="${escapeLabel(value)}"`;
}

/** One text in one piece of memory. `+` would keep the parts apart, and each line that has it would join them anew. */
export function joined(...parts: readonly string[]): string {
  return parts.join("");
}

/** Prometheus' parser takes a NUL byte for the end of the page, so none may pass. */
function escapeLabel(value: string): string {
  if (!/[\\"\n\0]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\0", "\uFFFD");
}
