import { z } from "zod";
import { keepTightest, slug } from "../../quota/open-names.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { codeAssistRefusal, Fraction, modelReading } from "../code-assist.ts";
import { IsoTime } from "../fields.ts";
import { shareReading } from "../share-reading.ts";

// An undocumented API: the shapes are those that other clients of it recorded, read 2026-11-21. They differ in where the
// fraction stands and in how keys are spelled.
const Text = z.string().nullish();

const Nested = z
  .object({
    remainingFraction: Fraction,
    remaining_fraction: Fraction,
    case: z.unknown().optional(),
    value: z.unknown().optional(),
  })
  .transform((told, context) => {
    if (told.case !== "remainingFraction") return told.remainingFraction ?? told.remaining_fraction;
    const { success, data } = Fraction.safeParse(told.value);
    if (!success) context.addIssue({ code: "custom", path: ["value"], message: "expected number" });
    return data;
  });
/** As a text it would be an amount, which nobody has recorded yet. */
const Remaining = z.union([Nested, z.string().transform(() => undefined)]).nullish();

const Bucket = z
  .object({
    bucketId: Text,
    bucket_id: Text,
    displayName: Text,
    display_name: Text,
    modelId: Text,
    window: Text,
    disabled: z.boolean().nullish(),
    remainingFraction: Fraction,
    remaining_fraction: Fraction,
    remaining: Remaining,
    resetTime: IsoTime.nullish(),
    reset_time: IsoTime.nullish(),
  })
  .transform(({ bucketId, bucket_id, remainingFraction, remaining_fraction, remaining, ...told }) => ({
    ...told,
    id: bucketId ?? bucket_id ?? "",
    name: told.displayName ?? told.display_name ?? "",
    left: remainingFraction ?? remaining_fraction ?? remaining,
    resetAt: told.resetTime ?? told.reset_time,
  }));
type Bucket = z.infer<typeof Bucket>;

const Group = z
  .object({ displayName: Text, display_name: Text, buckets: z.array(Bucket) })
  .transform(({ displayName, display_name, buckets }) => ({ name: displayName ?? display_name ?? "", buckets }));

/** In groups, or as a plain list of pools or of models. */
export const Summary = z
  .object({ groups: z.array(Group).nullish(), buckets: z.array(Bucket).nullish() })
  .refine(({ groups, buckets }) => Array.isArray(groups ?? buckets), {
    path: ["groups"],
    message: "expected array, but it is missing",
  });

export function toPoolReadings(
  { groups, buckets }: z.infer<typeof Summary>,
  now: Date,
): Pick<AccountReading, "readings" | "dropped"> {
  const all = [...(groups ?? []), { name: "", buckets: buckets ?? [] }];
  return keepTightest(
    [],
    all.flatMap((group) => group.buckets.flatMap((bucket) => bucketReading(bucket, group.name, now))),
  );
}

const FIVE_HOUR = { name: "five_hour", periodSeconds: 18_000 };
const DAILY = { name: "daily", periodSeconds: 86_400 };
const WEEKLY = { name: "weekly", periodSeconds: 604_800 };

/** In the field for it, in an id or in a text for people: `5h`, `FIVE_HOUR`, `Weekly Limit Remaining`. */
function knownWindow(text: string): typeof WEEKLY | undefined {
  if (/week/i.test(text)) return WEEKLY;
  if (/daily/i.test(text)) return DAILY;
  return /\b5h|_5h|five[ _-]?hour/i.test(text) ? FIVE_HOUR : undefined;
}

function bucketReading(bucket: Bucket, group: string, now: Date): Reading[] {
  const { id, window, name, modelId, left, resetAt, disabled } = bucket;
  if (disabled === true) return [];
  if (id === "" && modelId) return modelReading({ modelId, remainingFraction: left, resetTime: resetAt }, now);
  const told = window ?? "";
  const known = told === "" ? (knownWindow(id) ?? knownWindow(name)) : knownWindow(told);
  const quota = [poolOf(id, group, told), known?.name ?? slug(told)].filter((part) => part !== "").join("_");
  if (quota === "") return [];
  const period = known === undefined ? {} : { periodSeconds: known.periodSeconds };
  return [shareReading({ quota, ...period, left, resetAt, partial: true }, now)];
}

/** Ids are of the form `3p-5h`; the group, which has a name for people only, stands in for a missing one. */
function poolOf(id: string, group: string, window: string): string {
  const plain = slug(id);
  const ending =
    ["_weekly", "_daily", "_5h", "_five_hour", `_${slug(window)}`].find((text) => plain.endsWith(text)) ?? "";
  const pool = plain.slice(0, plain.length - ending.length);
  if (pool === "3p" || (pool === "" && /claude|gpt/i.test(group))) return "third_party";
  if (pool === "" && /gemini/i.test(group)) return "gemini";
  return pool === "" ? slug(group) : pool;
}

/** Reading is all that we do; the account may have been disabled for calls of models by other clients. */
export const Refusal = codeAssistRefusal({
  tool: "Antigravity",
  wording: [
    /\baccount has been disabled\b|\bviolation of (?:the |our )?Terms of Service\b/i,
    { reason: "auth", hint: "Google has disabled this account" },
  ],
});

/** Models of their own use, as for completion, stand among the others and have no quota. */
export const Models = z.object({
  models: z.record(
    z.string(),
    z.object({ quotaInfo: z.object({ remainingFraction: Fraction, resetTime: IsoTime.nullish() }).nullish() }),
  ),
});

export function toModelReadings(
  { models }: z.infer<typeof Models>,
  now: Date,
): Pick<AccountReading, "readings" | "dropped" | "models"> {
  const metered = Object.entries(models).flatMap(([modelId, { quotaInfo }]) =>
    quotaInfo ? [{ modelId, ...quotaInfo }] : [],
  );
  // Where every model has all of its quota, that may just say that it is there: other clients do not believe it either.
  const isPlaceholder = metered.every(({ remainingFraction }) => (remainingFraction ?? 1) === 1);
  const readings = metered.flatMap((model) =>
    modelReading(isPlaceholder ? { ...model, remainingFraction: undefined } : model, now),
  );
  return { ...keepTightest([], readings), models: metered.map(({ modelId }) => modelId) };
}
