import type { AccountReading } from "../quota/reading.ts";
import { ask, type Listener } from "./asker.ts";
import { type Extraction, extract } from "./extract.ts";
import type { FailureRule } from "./mapping.ts";
import { bindingsOf, type Surroundings } from "./names.ts";
import { toFlag, toText } from "./values.ts";

interface Asked {
  readonly answer: unknown;
  readonly surroundings: Surroundings;
}

/** Everything that is done with expressions, as what can be sent to a process. */
export type Job =
  | (Extraction & { readonly work: "extract" })
  /** Which rule an answer fails by. */
  | (Asked & { readonly work: "failure"; readonly failures: readonly FailureRule[] })
  /** One text out of an answer. */
  | (Asked & { readonly work: "text"; readonly field: string; readonly expression: string });

export interface Done {
  readonly extract: Pick<AccountReading, "readings" | "dropped" | "plan">;
  /** Its place in the list; undefined where none fits. */
  readonly failure: number | undefined;
  readonly text: string | undefined;
}

/** Throws a `MappingError`. */
export async function workOn(job: Job, listener: Listener): Promise<Done[Job["work"]]> {
  switch (job.work) {
    case "extract":
      return extract(job, listener);
    case "failure":
      return failureOf(job, listener);
    case "text": {
      const { field, expression } = job;
      const told = await ask({ field, expression, scope: scopeOf(job), convert: toText }, listener);
      return told.is === "value" ? told.value : undefined;
    }
  }
}

async function failureOf(job: Extract<Job, { work: "failure" }>, listener: Listener): Promise<number | undefined> {
  for (const [index, { when }] of job.failures.entries()) {
    const question = { field: `failures.${index}.when`, expression: when, scope: scopeOf(job), convert: toFlag };
    const told = await ask(question, listener);
    if (told.is === "value" && told.value) return index;
  }
  return undefined;
}

const scopeOf = ({ answer, surroundings }: Asked) => ({
  item: answer,
  at: "$",
  names: { ...bindingsOf(surroundings), answer },
});
