import { z } from "zod";
import { CALENDAR_PERIODS, isZone, type ResetRule, WEEKDAYS } from "../quota/calendar.ts";
import { parseDuration } from "../quota/duration.ts";
import { ENFORCEMENTS, KINDS, UNITS } from "../quota/reading.ts";
import { choice, expression, oneOf } from "./choice.ts";
import { AMOUNTS, SHARES } from "./shares.ts";
import { TIME_FORMATS } from "./values.ts";
import { described, READING_WORDS, RESET_WORDS } from "./words.ts";

const QUOTA_ID = /^[a-z][a-z0-9_]{0,63}$/;

const quotaId = choice((text) =>
  QUOTA_ID.test(text)
    ? { value: text }
    : { problem: "needs an id in lower snake case such as five_hour, or = and an expression that gives a name" },
);

const YEAR = 366 * 86_400;

const period = choice((text) => {
  const seconds = parseDuration(text) ?? 0;
  return seconds >= 1 && seconds <= YEAR
    ? { value: seconds }
    : { problem: "needs a duration such as 5h or 7d, or = and an expression that gives seconds" };
});

const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'needs a time of day such as "20:00", in quotes')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const zone = z.string().refine(isZone, "needs the IANA name of a time zone, such as America/New_York or UTC");

const resetRule = z
  .strictObject(
    described(
      {
        every: z.enum(CALENDAR_PERIODS),
        on: z
          .union(
            [z.enum(WEEKDAYS), z.int().min(1).max(31)],
            "needs a weekday such as monday, or a day of the month from 1 to 31",
          )
          .optional(),
        at: clockTime.prefault("00:00"),
        zone: zone.default("UTC"),
      },
      RESET_WORDS,
    ),
  )
  .superRefine(({ every, on }, context) => {
    const fits =
      on === undefined || (every === "week" ? typeof on === "string" : every === "month" && typeof on === "number");
    const message =
      every === "day" ? "a day has no further day" : `needs ${every === "week" ? "a weekday" : "a day of the month"}`;
    if (!fits) context.addIssue({ code: "custom", path: ["on"], message });
  })
  .transform(({ at, ...rule }): ResetRule => ({ ...rule, atMinutes: at }));

const SHAPE = described(
  {
    each: expression.optional(),
    when: expression.optional(),
    quota: quotaId,
    kind: oneOf(KINDS),
    unit: oneOf(UNITS),
    enforcement: oneOf(ENFORCEMENTS).optional(),
    limit: expression.optional(),
    remaining: expression.optional(),
    used: expression.optional(),
    percent_used: expression.optional(),
    percent_remaining: expression.optional(),
    fraction_used: expression.optional(),
    fraction_remaining: expression.optional(),
    unlimited_when: expression.optional(),
    refused_when: expression.optional(),
    served_when: expression.optional(),
    reset_at: expression.optional(),
    reset: resetRule.optional(),
    expires_at: expression.optional(),
    time_format: z.enum(TIME_FORMATS).default("auto"),
    period: period.optional(),
    refill_per_second: expression.optional(),
    sliding: z.boolean().optional(),
    partial: z.boolean().optional(),
    models: z
      .union([z.array(z.string().min(1)).min(1), expression], "needs a list of names, or an expression that gives one")
      .optional(),
  },
  READING_WORDS,
);

type Keys = { readonly [Key in keyof typeof SHAPE]: unknown };

/** How one quota is read from an answer, or several of a list. */
export const readingRule = z.strictObject(SHAPE).superRefine((rule, context) => {
  for (const [key, message] of problemsOf(rule)) context.addIssue({ code: "custom", path: [key], message });
});
export type ReadingRule = z.infer<typeof readingRule>;

type Problem = readonly [key: keyof Keys, message: string];

function problemsOf(rule: ReadingRule): readonly Problem[] {
  const has = (key: keyof Keys) => rule[key] !== undefined;
  const isA = (key: "unit" | "kind", value: string) => {
    const given = rule[key];
    return "is" in given ? given.is === value : undefined;
  };
  const shares = SHARES.filter(has);
  const amounts = AMOUNTS.filter(has);
  const [, second] = shares;
  const problems: (Problem | false)[] = [
    second !== undefined && [second, `says the same as ${shares[0]}; keep one of the two`],
    isA("unit", "ratio") === false && shares[0] !== undefined && [shares[0], "is a share; needs unit: ratio"],
    isA("unit", "ratio") === true &&
      amounts[0] !== undefined && [
        amounts[0],
        "has no meaning with unit: ratio; needs percent_used, fraction_remaining or the like",
      ],
    has("reset_at") && has("reset") && ["reset", "says the same as reset_at; keep one of the two"],
    isA("kind", "credits") === true &&
      has("reset_at") && ["reset_at", "credits have no reset; they may have expires_at"],
    isA("kind", "credits") === true && has("reset") && ["reset", "credits have no reset"],
    has("sliding") && isA("kind", "rolling") === false && ["sliding", "belongs to kind: rolling"],
    !tellsSomething(has) && [
      "quota",
      "needs what is left of it: remaining, used, a share such as percent_used, unlimited_when or refused_when",
    ],
  ];
  return problems.filter((problem) => problem !== false);
}

function tellsSomething(has: (key: keyof Keys) => boolean): boolean {
  return [...SHARES, "remaining", "used", "unlimited_when", "refused_when"].some((key) => has(key as keyof Keys));
}
