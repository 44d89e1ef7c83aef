import { z } from "zod";
import { type ConstantKind, ENGINE_CONSTANTS, type EngineConstant } from "../engine/settings.ts";
import { ENFORCEMENTS } from "../quota/reading.ts";
import { SEVERITIES } from "../quota/state.ts";
import { parseBaseUrl } from "./base-url.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { parseListenAddress } from "./listen-address.ts";

const MINUTE = 60;
const DAY = 86_400;
const YEAR = 366 * DAY;

/** Time between two reads where nothing is configured, in seconds. */
export const DEFAULT_INTERVAL = 5 * MINUTE;

/** A scalar of our own: `parse` gives its value, or a `problem` that says what would be right. */
function scalar<T>(parse: (input: unknown) => { readonly value: T } | { readonly problem: string }) {
  return z.unknown().transform((input, context): T => {
    const result = parse(input);
    if ("value" in result) return result.value;
    context.addIssue({ code: "custom", message: result.problem, input });
    return z.NEVER;
  });
}

/** Seconds. */
function duration(least: number, most: number) {
  return scalar((input) => {
    const seconds = typeof input === "string" ? parseDuration(input) : undefined;
    if (seconds !== undefined && seconds >= least && seconds <= most) return { value: seconds };
    if (seconds !== undefined) {
      return { problem: `needs a duration from ${formatDuration(least)} to ${formatDuration(most)}` };
    }
    const isWhole = typeof input === "number" && Number.isSafeInteger(input) && input > 0;
    const example = isWhole ? `; write ${input}s if seconds are meant` : " such as 30s, 5m, 1h30m or 1d";
    return { problem: `needs a duration in whole numbers with units${example}` };
  });
}

const listenAddress = scalar((input) => {
  const value = typeof input === "string" ? parseListenAddress(input) : undefined;
  if (value !== undefined) return { value };
  return {
    problem: 'needs host:port, such as 127.0.0.1:10844, "[::1]:10844" (in quotes) or :10844 for every interface',
  };
});

const baseUrl = scalar((input) => {
  const result = parseBaseUrl(typeof input === "string" ? input.trim() : "");
  return "url" in result ? { value: result.url } : result;
});

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@ -]{0,63}$/;

const accountName = scalar((input) => {
  if (typeof input === "string" && NAME.test(input) && !input.endsWith(" ")) return { value: input };
  const what = "needs a name of 1 to 64 letters, digits, spaces and . _ @ - that begins with a letter or digit";
  return { problem: typeof input === "number" ? `${what}; put a number in "quotes"` : what };
});

const alertingMode = scalar<"rules" | "off">((input) => {
  if (input === "rules" || input === "off") return { value: input };
  if (input === "push") return { problem: 'pushing alerts is not implemented yet; use "rules" or "off"' };
  return { problem: 'needs "rules" or "off"' };
});

/** A key of the design that this version cannot serve: refused with the reason, where "unknown key" would puzzle. */
function notYet(what: string, instead: string) {
  return scalar<never>(() => ({ problem: `${what} not implemented yet; ${instead}` })).optional();
}

const CONSTANT = {
  duration: duration(0.001, YEAR),
  number: z.number().nonnegative(),
  count: z.int().min(1),
} satisfies Record<ConstantKind, z.ZodType<number>>;

const EITHER_PATH_OR_MEMORY = "needs either path or memory: true, not both";

/** One key for each constant of the engine, so that a new one can be overridden without a change here. */
const engineShape = Object.fromEntries(
  Object.entries(ENGINE_CONSTANTS).map(([name, { kind, value }]) => [
    name,
    (CONSTANT[kind] as z.ZodType<number>).default(value),
  ]),
) as Record<EngineConstant, z.ZodDefault<z.ZodType<number>>>;

/** The whole file but for the accounts: what those take depends on their provider. */
export const FILE = z.strictObject({
  web: z.strictObject({ listen_address: listenAddress.default({ host: "127.0.0.1", port: 10_844 }) }).prefault({}),
  poll: z
    .strictObject({
      interval: duration(1, DAY).optional(),
      timeout: duration(0.1, 5 * MINUTE).default(8),
      stale_after: duration(1, YEAR).optional(),
    })
    .prefault({}),
  engine: z.strictObject(engineShape).prefault({}),
  state: z
    .strictObject({
      path: z.string().min(1).optional(),
      memory: z.literal(true).optional(),
      prometheus: notYet("keeping state in Prometheus is", "use path, or memory: true"),
    })
    .refine(({ path, memory }) => path === undefined || memory === undefined, EITHER_PATH_OR_MEMORY)
    .transform(({ path = "data/state.db", memory }) => (memory === true ? { memory } : { path }))
    .prefault({}),
  alerting: z.strictObject({ mode: alertingMode.default("rules") }).prefault({}),
  accounts: z.array(z.unknown()),
});

export const QUOTA = z.strictObject({
  enforcement: z.enum(ENFORCEMENTS).optional(),
  period: duration(1, YEAR).optional(),
  severity: z.enum(SEVERITIES).optional(),
  limit: notYet("declared limits are", "remove this line"),
});

const quotaId = z
  .string()
  .regex(/^[a-z0-9_]{1,64}$/, "needs the id of a quota, such as weekly_input_tokens or balance");

/** What an account of every provider takes. */
export const ACCOUNT_SHAPE = {
  name: accountName,
  provider: z.string(),
  api_key_env: z.string().optional(),
  api_key_file: z.string().min(1).optional(),
  credentials_file: z.string().min(1).optional(),
  base_url: baseUrl.optional(),
  interval: duration(1, DAY).optional(),
  labels: z.record(z.string(), z.string()).nullish(),
  quotas: z.record(quotaId, QUOTA).nullish(),
};

export type FileSettings = z.infer<typeof FILE>;
export type AccountSettings = z.infer<z.ZodObject<typeof ACCOUNT_SHAPE>>;
export type QuotaSettings = z.infer<typeof QUOTA>;
