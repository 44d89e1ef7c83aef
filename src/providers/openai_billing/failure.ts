import { z } from "zod";
import { describeCall } from "../../http/outgoing.ts";
import { UpstreamError, type UpstreamReason } from "../../http/upstream-error.ts";
import { refusedInJson } from "../../http/web-page-refusal.ts";
import { type ErrorTold, errorIn } from "../error-body.ts";

/** What these gateways answer with status 200: what was asked for, or a failure in place of it. */
export type Told<T> = { readonly data: T } | { readonly failure: ErrorTold };

/** A failure is `{"error":{…}}` or `{"success":false}`; new-api has a `code` that is true or false besides. */
const Failed = z
  .looseObject({ error: z.unknown(), success: z.unknown(), code: z.unknown() })
  .partial()
  .refine(({ error, success, code }) => Boolean(error) || success === false || code === false)
  .transform((body) => ({ failure: errorIn(body) }));

export function toldOr<T>(schema: z.ZodType<T>): z.ZodType<Told<T>> {
  return z.union([Failed, schema.transform((data) => ({ data }))]);
}

interface Meaning {
  readonly reason: UpstreamReason;
  readonly hint: string;
}

const AUTH: Meaning = { reason: "auth", hint: "the credential is refused" };
export const USED_UP: Meaning = { reason: "not_entitled", hint: "the key has nothing left" };
/** For one call, of which these gateways take the price in advance. */
export const TOO_LITTLE: Meaning = { reason: "not_entitled", hint: "the key has too little left" };
const BUSY: Meaning = { reason: "rate_limited", hint: "too many requests" };

/** Not `insufficient_quota`: that is what OpenAI says to the gateway, for want of the gateway's own money. */
const CODES: ReadonlyMap<string, Meaning> = new Map([
  ["invalid_api_key", AUTH],
  ["authentication_error", AUTH],
  ["insufficient_user_quota", TOO_LITTLE],
  ["pre_consume_token_quota_failed", TOO_LITTLE],
  ["rate_limit_exceeded", BUSY],
  ["rate_limit_error", BUSY],
]);

/** In the two languages of these gateways. Most failures have no code, so that only their wording tells them apart. */
const WORDS: readonly (readonly [RegExp, Meaning])[] = [
  [/额度已?用尽|quota (?:is |has been )?(?:exhausted|used up)/i, USED_UP],
  [/额度不足|insufficient (?:user )?quota|quota is not enough/i, TOO_LITTLE],
  [
    /(?:令牌|密钥|token|key).{0,20}(?:无效|过期|禁用|不可用|不存在)|(?:无效|过期|未提供).{0,6}(?:令牌|密钥|token|key)/i,
    AUTH,
  ],
  [/未登录|无权进行此操作|用户.{0,4}(?:封禁|禁用)/, AUTH],
  [/\b(?:invalid|expired|disabled|missing)\b.{0,20}\b(?:token|key|authorization)\b/i, AUTH],
  [/\b(?:token|key)\b.{0,20}\b(?:invalid|expired|disabled|not exist|not found)\b/i, AUTH],
  [/\bunauthori[sz]ed\b|\bnot logged in\b|\bno authorization\b/i, AUTH],
  [/频繁|too many requests|rate limit/i, BUSY],
];

export function meaningOf({ type, code, message }: ErrorTold): Meaning | undefined {
  return CODES.get(code) ?? CODES.get(type) ?? WORDS.find(([words]) => words.test(message))?.[1];
}

/** Where nothing tells whose fault it is, it is taken for the gateway's, which passes. */
export function failureOf(url: string, told: ErrorTold): UpstreamError {
  const byType = told.type === "invalid_request_error" ? "client" : "server";
  const { reason, hint } = meaningOf(told) ?? { reason: byType, hint: "it does not say why in words that are known" };
  return new UpstreamError(reason, `${describeCall({ url })} answered 200 and a failure: ${hint}`);
}

/** The status says all but one thing: one-api refuses a key that is used up as if it were wrong. */
export const refusedBy = refusedInJson(async (body) => {
  const meaning = meaningOf(errorIn(body));
  return meaning?.reason === "not_entitled" ? meaning : undefined;
});
