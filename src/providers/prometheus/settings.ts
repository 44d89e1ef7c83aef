import { z } from "zod";
import { SHARES as ALL_SHARES, AMOUNTS } from "../../mapping/shares.ts";
import { described, READING_WORDS } from "../../mapping/words.ts";
import { parseDuration } from "../../quota/duration.ts";
import { ENFORCEMENTS, KINDS, UNITS } from "../../quota/reading.ts";

/** In the order in which people are told of them. */
const SHARES = ALL_SHARES.toSorted();
const TIMES = ["reset_at", "reset_in", "expires_at"] as const;
/** Keys of a reading that are asked for. */
export const VALUES = [...AMOUNTS, ...SHARES, ...TIMES] as const;

/** What an account may have in all. */
const MOST_READINGS = 32;
const LONGEST_EXPRESSION = 2000;
const YEAR = 366 * 86_400;

export const path = z
  .string()
  .regex(/^\/(?!\/)[\w.~!$&'()*+,;=:@%/-]*$/, "needs a path below base_url that begins with a slash, such as /metrics");

const expression = z.string().trim().min(1).max(LONGEST_EXPRESSION).optional();

const period = z.string().transform((text, context) => {
  const seconds = parseDuration(text) ?? 0;
  if (seconds >= 1 && seconds <= YEAR) return seconds;
  context.addIssue({ code: "custom", message: "needs a duration such as 5h, 7d or 1h30m" });
  return z.NEVER;
});

const readingRule = z
  .strictObject(
    described(
      {
        quota: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,63}$/, "needs an id in lower snake case, such as budget or five_hour"),
        kind: z.enum(KINDS),
        unit: z.enum(UNITS),
        enforcement: z.enum(ENFORCEMENTS).default("hard"),
        limit: expression,
        remaining: expression,
        used: expression,
        fraction_remaining: expression,
        fraction_used: expression,
        percent_remaining: expression,
        percent_used: expression,
        reset_at: expression,
        reset_in: expression,
        expires_at: expression,
        period: period.optional(),
        sliding: z.boolean().optional(),
        models: z.array(z.string().min(1).max(128)).min(1).max(100).optional(),
        partial: z.boolean().optional(),
      },
      READING_WORDS,
    ),
  )
  .superRefine((rule, context) => {
    for (const [key, message] of problemsOf(rule)) context.addIssue({ code: "custom", path: [key], message });
  });
export type ReadingRule = z.infer<typeof readingRule>;

export const readingRules = z
  .array(readingRule)
  .min(1)
  .max(MOST_READINGS)
  .superRefine((rules, context) => {
    const ids = rules.map(({ quota }) => quota);
    for (const [index, id] of ids.entries()) {
      const isSecond = ids.indexOf(id) < index;
      if (isSecond) context.addIssue({ code: "custom", path: [index, "quota"], message: "is the id of another one" });
    }
  });

type Problem = readonly [key: keyof ReadingRule, message: string];

function problemsOf(rule: ReadingRule): readonly Problem[] {
  const told = (keys: readonly (keyof ReadingRule)[]) => keys.filter((key) => rule[key] !== undefined);
  const [share, secondShare] = told(SHARES);
  const [amount] = told(AMOUNTS);
  const isRatio = rule.unit === "ratio";
  const isCredits = rule.kind === "credits";
  const [window] = told(["reset_at", "reset_in", "period"]);
  const left = isRatio ? told(SHARES) : told(["remaining", "used"]);
  const problems: (Problem | false | undefined)[] = [
    secondShare !== undefined && [secondShare, `says the same as ${share}; keep one of the two`],
    !isRatio && share !== undefined && [share, "is a share; needs unit: ratio"],
    isRatio && amount !== undefined && [amount, `has no meaning with unit: ratio; needs ${SHARES.join(", ")}`],
    told(["reset_at", "reset_in"]).length > 1 && ["reset_in", "says the same as reset_at; keep one of the two"],
    isCredits && window !== undefined && [window, "credits have no reset; they may have expires_at"],
    rule.sliding !== undefined && rule.kind !== "rolling" && ["sliding", "belongs to kind: rolling"],
    left.length === 0 && ["quota", `needs what is left of it: ${isRatio ? SHARES.join(", ") : "remaining or used"}`],
  ];
  return problems.filter((problem) => problem !== false && problem !== undefined);
}
