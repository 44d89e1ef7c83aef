import { z } from "zod";
import { expressionProblem } from "./expression.ts";

/** JSONata. A number, true or false stands for itself. */
export const expression = z
  .union([z.string(), z.number(), z.boolean()], "needs a JSONata expression such as data.remaining")
  .transform(String)
  .superRefine((text, context) => {
    const problem = expressionProblem(text);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });

/** What a mapping knows from the beginning, or finds in each answer. */
export type Choice<T> = { readonly is: T } | { readonly expression: string };

type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** A text that begins with = holds an expression for it. */
export function choice<T>(parse: (text: string) => Parsed<T>) {
  return z.string().transform((text, context): Choice<T> => {
    const inner = text.startsWith("=") ? text.slice(1).trim() : undefined;
    const parsed = inner === undefined ? parse(text) : withProblem(inner);
    if ("problem" in parsed) {
      context.addIssue({ code: "custom", message: parsed.problem });
      return z.NEVER;
    }
    return "expression" in parsed ? parsed : { is: parsed.value };
  });
}

function withProblem(text: string): { readonly expression: string } | { readonly problem: string } {
  const problem = expressionProblem(text);
  return problem === undefined ? { expression: text } : { problem };
}

export function oneOf<const T extends string>(choices: readonly T[]) {
  const known = choices.join(", ");
  return choice<T>((text) => {
    const found = choices.find((one) => one === text);
    return found === undefined
      ? { problem: `needs one of ${known}, or = and an expression that gives one` }
      : { value: found };
  });
}
