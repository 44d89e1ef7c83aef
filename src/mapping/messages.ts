import type { Trace } from "./trace.ts";
import type { Done, Job } from "./work.ts";

/** What the thread tells of a job, in this order; the last of the three ends it. */
export type Message =
  | { readonly begins: Pick<Trace, "field" | "expression" | "at"> }
  | { readonly found: Trace }
  | { readonly ends: Ending };

export type Ending =
  | { readonly done: Done[Job["work"]] }
  /** The answer does not fit the mapping. */
  | { readonly problem: string }
  /** A fault of ours. */
  | { readonly bug: string };
