import { z } from "zod";
import { amountsIn } from "../../quota/counters.ts";
import { keepTightest, slug, tightestOfEach } from "../../quota/open-names.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { IsoTime, PercentUsed } from "../fields.ts";
import { LoginExpiry, LoginToken } from "../login-file.ts";
import { shareReading } from "../share-reading.ts";

const ClaudeLogin = z.object({
  accessToken: LoginToken,
  expiresAt: LoginExpiry.nullish(),
  subscriptionType: z.string().nullish(),
  rateLimitTier: z.string().nullish(),
});

/** `.credentials.json` of Claude Code. It also keeps the logins of MCP servers, and may hold nothing else. */
export const Login = z
  .object({ claudeAiOauth: ClaudeLogin.nullish(), mcpOAuth: z.unknown().optional() })
  .refine(({ claudeAiOauth, mcpOAuth }) => claudeAiOauth !== undefined || mcpOAuth !== undefined, {
    path: ["claudeAiOauth"],
    message: "expected object, but it is missing",
  });

/** `max 20x`: the multiplier stands only in the name of the tier, as `default_claude_max_20x`. */
export function planOf({ subscriptionType, rateLimitTier }: z.infer<typeof ClaudeLogin>): Pick<AccountReading, "plan"> {
  if (!subscriptionType) return {};
  const [, multiplier] = /_(\d+x)$/.exec(rateLimitTier ?? "") ?? [];
  return { plan: multiplier === undefined ? subscriptionType : `${subscriptionType} ${multiplier}` };
}

// An undocumented endpoint: the shapes are those that other clients of it recorded, read 2026-11-21. Percents count 0 to
// 100 and pass 100. A window of null is one that the plan lacks; a reset of null one that nobody has used yet.
const Window = z.object({ utilization: PercentUsed.nullable(), resets_at: IsoTime.nullish() });
type Window = z.infer<typeof Window>;

/** Their scope, where they have one, is only in their names. */
const WINDOWS = {
  five_hour: Window.nullish(),
  seven_day: Window.nullish(),
  seven_day_oauth_apps: Window.nullish(),
  seven_day_opus: Window.nullish(),
  seven_day_sonnet: Window.nullish(),
};

const Scope = z.object({
  model: z.object({ id: z.string().nullish(), display_name: z.string().nullish() }).nullish(),
  surface: z.unknown().optional(),
});

const KINDS: ReadonlyMap<string, string> = new Map([
  ["session", "five_hour"],
  ["weekly_all", "seven_day"],
  ["weekly_scoped", "seven_day"],
]);

/** The newer form: windows with a scope stand only here by now. Some answers have both forms. */
const Limit = z
  .object({
    kind: z.string(),
    percent: PercentUsed.nullish(),
    resets_at: IsoTime.nullish(),
    scope: Scope.nullish(),
  })
  .refine(({ kind, percent }) => percent !== undefined || !KINDS.has(kind), {
    path: ["percent"],
    message: "expected number, but it is missing",
  });

/** Amounts in cents; a `monthly_limit` of null or 0 is no cap. */
const ExtraUsage = z.object({
  is_enabled: z.boolean(),
  monthly_limit: z.number().nonnegative().nullish(),
  used_credits: z.number().nullish(),
  currency: z.string().nullish(),
});

const Told = z.object({ ...WINDOWS, extra_usage: ExtraUsage.nullish(), limits: z.array(Limit).nullish() });

/** Windows come and go under names that nobody announces: whatever looks like one is one. */
export const Usage = z.record(z.string(), z.unknown()).transform((answer, context) => {
  const { data: told, error } = Told.safeParse(answer);
  for (const issue of error?.issues ?? []) context.addIssue({ ...issue });
  if (told === undefined) return z.NEVER;
  const { extra_usage, limits, ...windows } = told;
  const others = Object.entries(answer).filter(([key]) => !(key in Told.shape));
  const recognised = others.flatMap(([key, value]) => {
    const window = Window.safeParse(value).data;
    return window === undefined ? [] : [[key, window] as const];
  });
  if (Object.keys(told).length === 0 && recognised.length === 0) context.addIssue("expected at least one window");
  return { extra_usage, limits: limits ?? [], windows: [...Object.entries(windows), ...recognised] };
});

const PERIODS: ReadonlyMap<string, number> = new Map([
  ["five_hour", 18_000],
  ["seven_day", 604_800],
]);

export function toReadings(usage: z.infer<typeof Usage>, now: Date): Pick<AccountReading, "readings" | "dropped"> {
  const inMap = usage.windows.flatMap(([key, window]) => mapReading(key, window, now));
  const inList = usage.limits.flatMap((limit) => listReading(limit, now));
  const windows = tightestOfEach([...inMap, ...inList]);
  const isNamed = ({ quota }: Reading) => PERIODS.has(quota);
  return keepTightest(
    [...windows.filter(isNamed), ...extraReading(usage.extra_usage, now)],
    windows.filter((reading) => !isNamed(reading)),
  );
}

function mapReading(key: string, window: Window | null | undefined, now: Date): Reading[] {
  if (window === undefined || window === null) return [];
  const [, scope] = /^seven_day_(.+)$/.exec(key) ?? [];
  const { utilization: left, resets_at: resetAt } = window;
  return windowReading({ base: scope === undefined ? slug(key) : "seven_day", scope, left, resetAt }, now);
}

function listReading({ kind, percent, resets_at: resetAt, scope }: z.infer<typeof Limit>, now: Date): Reading[] {
  const { model, surface } = scope ?? {};
  const name = model?.display_name ?? model?.id ?? (typeof surface === "string" ? surface : undefined);
  // Under the name of the window for all models it would stand for that.
  if (percent === undefined || (kind === "weekly_scoped" && name === undefined)) return [];
  const base = KINDS.get(kind) ?? slug(kind);
  const models = model === undefined || model === null || name === undefined ? undefined : [model.id ?? name];
  return windowReading({ base, scope: name, left: percent, resetAt, models }, now);
}

interface Found {
  /** What of the id comes before the scope. */
  readonly base: string;
  readonly scope: string | undefined;
  readonly left: number | null;
  readonly resetAt: Date | null | undefined;
  readonly models?: readonly string[] | undefined;
}

function windowReading({ base, scope, left, resetAt, models }: Found, now: Date): Reading[] {
  const ending = scope === undefined ? "" : slug(scope);
  if (base === "" || (scope !== undefined && ending === "")) return [];
  const quota = scope === undefined ? base : `${base}_${ending}`;
  const periodSeconds = PERIODS.get(base);
  const facts = {
    quota,
    ...(periodSeconds !== undefined && { periodSeconds }),
    ...(scope !== undefined && { partial: true as const }),
    ...(models !== undefined && { models }),
  };
  return [shareReading({ ...facts, left, resetAt }, now)];
}

function extraReading(extra: z.infer<typeof ExtraUsage> | null | undefined, now: Date): Reading[] {
  if (!extra?.is_enabled || (extra.currency ?? "USD").toUpperCase() !== "USD") return [];
  const used = typeof extra.used_credits === "number" ? { used: extra.used_credits / 100 } : {};
  const { monthly_limit: cents } = extra;
  const isUncapped = cents === null || cents === 0;
  const amounts = isUncapped
    ? ({ unlimited: true, ...used } as const)
    : amountsIn({ ...(cents !== undefined && { limit: cents / 100 }), ...used });
  return [
    {
      quota: "extra_usage",
      kind: "calendar",
      unit: "usd",
      readAt: now,
      ...amounts,
      enforcement: "soft",
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}
