import { ask, type Listener, MappingError, nothingFound } from "./asker.ts";
import type { Choice } from "./choice.ts";
import type { Found, Scope } from "./evaluate.ts";
import type { ReadingRule } from "./reading-rule.ts";
import type { Told } from "./values.ts";

export interface RuleContext {
  readonly rule: ReadingRule;
  /** Where the rule stands, as `readings.0`. */
  readonly field: string;
  readonly now: Date;
  readonly listener: Listener;
}

type Field = keyof ReadingRule;

/** Asks the expressions of one rule about one item. */
export function asker({ rule, field, listener }: RuleContext, scope: Scope, quota?: string) {
  const question = (key: Field, expression: string) => ({ field: `${field}.${key}`, quota, expression, scope });

  async function tell<T>(key: Field, convert: (found: Found) => Told<T>): Promise<Told<T> | undefined> {
    const expression = rule[key];
    return typeof expression === "string" ? ask({ ...question(key, expression), convert }, listener) : undefined;
  }

  return {
    tell,

    async known<T>(key: Field, convert: (found: Found) => Told<T>): Promise<T | undefined> {
      const told = await tell(key, convert);
      return told?.is === "value" ? told.value : undefined;
    },

    /** What stands in the rule, or is told by its expression. */
    async chosen<T>(
      key: Field,
      choice: Choice<T> | undefined,
      convert: (found: Found) => Told<T>,
    ): Promise<T | undefined> {
      if (choice === undefined || "is" in choice) return choice?.is;
      const told = await ask({ ...question(key, choice.expression), convert }, listener);
      return told.is === "value" ? told.value : undefined;
    },

    /** The same where a reading cannot do without it. */
    async needed<T>(key: Field, choice: Choice<T>, convert: (found: Found) => Told<T>): Promise<T> {
      const value = await this.chosen(key, choice, convert);
      if (value !== undefined) return value;
      throw new MappingError(nothingFound(question(key, "is" in choice ? "" : choice.expression)));
    },
  };
}
export type Asker = ReturnType<typeof asker>;
