import { z } from "zod";
import type { HttpClient, JsonAnswer, JsonRequest, RefusalTold } from "../http/client.ts";
import { slug } from "../quota/open-names.ts";
import type { Reading } from "../quota/reading.ts";
import type { Secret } from "../secret.ts";
import { DecimalText, IsoTime } from "./fields.ts";
import { LOGIN_SETTINGS, LoginExpiry, LoginToken, readLogin, refuseExpired } from "./login-file.ts";
import { shareReading } from "./share-reading.ts";

// What the tools of Google have in common that ask Code Assist: https://github.com/google-gemini/gemini-cli
// (packages/core/src/code_assist), read 2026-11-21.
export const CODE_ASSIST_SETTINGS = {
  ...LOGIN_SETTINGS,
  project: z
    .string()
    .trim()
    .min(1)
    .optional()
    .meta({ description: "the Google Cloud project that the plan belongs to" }),
};
type Settings = z.infer<z.ZodObject<typeof CODE_ASSIST_SETTINGS>>;

const Login = z.object({ access_token: LoginToken, expiry_date: LoginExpiry.nullish() });

/** The login that `tool` keeps, once it is known to be still good. */
export async function readGoogleLogin(settings: Settings, now: Date, tool: string) {
  const { access_token: token, expiry_date } = await readLogin(settings, Login);
  const expiresAt = expiry_date ?? undefined;
  refuseExpired(expiresAt, now, tool);
  return { token, expires: expiresAt === undefined ? {} : { credentialExpiresAt: expiresAt } };
}

interface Call<T> extends Pick<JsonRequest<T>, "url" | "schema" | "refusal" | "signal"> {
  readonly settings: Settings;
  readonly token: Secret;
}

/** One of the calls that only tell something. Without a project Google takes the one of the login. */
export function askCodeAssist<T>(http: HttpClient, { settings, token, ...call }: Call<T>): Promise<JsonAnswer<T>> {
  const { project } = settings;
  return http.json({ ...call, method: "POST", bearer: token, body: project === undefined ? {} : { project } });
}

const Failure = z.object({
  error: z.object({
    message: z.string().catch(""),
    details: z.array(z.object({ reason: z.unknown().optional() }).catch({ reason: undefined })).catch([]),
  }),
});

interface Refusals {
  /** Where the user learns how to validate the account. */
  readonly tool: string;
  /** By their codes, beside those that every tool gets. */
  readonly codes?: ReadonlyMap<unknown, RefusalTold>;
  /** By their wording, where no code tells it. */
  readonly wording: readonly [pattern: RegExp, told: RefusalTold];
}

/** What Google means by a refused call, where the status says too little. */
export function codeAssistRefusal({ tool, codes, wording: [pattern, told] }: Refusals) {
  const all = new Map<unknown, RefusalTold>([
    ["VALIDATION_REQUIRED", { hint: `Google wants the user to validate the account; ${tool} shows how` }],
    // The login is good, but its project lacks the API.
    ["SERVICE_DISABLED", { reason: "not_entitled", hint: "the project does not have this API" }],
    ...(codes ?? []),
  ]);
  return Failure.transform(({ error: { message, details } }): RefusalTold | undefined => {
    const byCode = details.flatMap(({ reason }) => all.get(reason) ?? [])[0];
    return byCode ?? (pattern.test(message) ? told : undefined);
  });
}

/**
 * What is left of a quota, 0 to 1. It may be missing: some clients take that for 0, as Google leaves zeros out elsewhere,
 * but the tool of Google itself ignores it. So it is not known.
 */
export const Fraction = z.number().nullish();

/** Of one model, and of one kind of token if there are several. */
export const ModelBucket = z.object({
  modelId: z.string().nullish(),
  tokenType: z.string().nullish(),
  remainingFraction: Fraction,
  /** A whole number. */
  remainingAmount: DecimalText.nullish(),
  resetTime: IsoTime.nullish(),
});
type ModelBucket = z.infer<typeof ModelBucket>;

/** Models of a family may share one counter, so that these must never be added up. */
export function modelReading(bucket: ModelBucket, now: Date, facts: Pick<Reading, "periodSeconds"> = {}): Reading[] {
  const { modelId, tokenType, remainingFraction: left, remainingAmount: remaining, resetTime: resetAt } = bucket;
  const quota = slug(modelId ?? "");
  if (quota === "" || typeof modelId !== "string") return [];
  const model = { ...facts, quota, resetAt, models: [modelId], partial: true } as const;
  const isCounted = typeof remaining === "number" && (tokenType ?? REQUESTS) === REQUESTS;
  if (!isCounted) return [shareReading({ ...model, left }, now)];
  const limit = typeof left === "number" && left > 0 ? { limit: Math.round(remaining / left) } : {};
  const counted = shareReading({ ...model, left: undefined }, now);
  return [{ ...counted, unit: "requests", ...limit, remaining, confidence: "reported" }];
}

const REQUESTS = "REQUESTS";
