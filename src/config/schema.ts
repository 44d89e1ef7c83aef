import { z } from "zod";
import { type ConstantKind, ENGINE_CONSTANTS, type EngineConstant } from "../engine/settings.ts";
import { WEEKDAYS } from "../quota/calendar.ts";
import { formatDuration } from "../quota/duration.ts";
import { ENFORCEMENTS } from "../quota/reading.ts";
import { SEVERITIES } from "../quota/state.ts";
import { alerting } from "./alerting.ts";
import { parseBaseUrl } from "./base-url.ts";
import { DECLARED_KINDS, DECLARED_UNITS, expiry, patterns, quotaProblems, weights, zone } from "./declared.ts";
import { proxy } from "./proxy.ts";
import { baseUrl, duration, listenAddress, period, scalar } from "./scalars.ts";
import { sessionFiles } from "./session-files.ts";
import { state, TWO_PLACES } from "./state.ts";
import { ONE_TOKEN } from "./web-token.ts";

const MINUTE = 60;
const DAY = 86_400;
const YEAR = 366 * DAY;

/** Time between two reads where nothing is configured, in seconds. */
export const DEFAULT_INTERVAL = 5 * MINUTE;

const peer = scalar({ type: "string", pattern: "^\\s*[hH][tT][tT][pP][sS]?://" }, (input) => {
  const result = parseBaseUrl(typeof input === "string" ? input.trim() : "");
  if ("url" in result) return { value: result.url };
  return {
    problem: "needs the URL of another daemon, such as http://other-host:10844, without user, query or fragment",
  };
});

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._@ -]{0,62}[A-Za-z0-9._@-])?$/;

const accountName = scalar({ type: "string", pattern: NAME.source }, (input) => {
  if (typeof input === "string" && NAME.test(input)) return { value: input };
  const what = "needs a name of 1 to 64 letters, digits, spaces and . _ @ - that begins with a letter or digit";
  return { problem: typeof input === "number" ? `${what}; put a number in "quotes"` : what };
});

const CONSTANT = {
  duration: duration(0.001, YEAR),
  number: z.number().nonnegative(),
  count: z.int().min(1),
} satisfies Record<ConstantKind, z.ZodType<number>>;

/** One key for each constant of the engine, so that a new one can be overridden without a change here. */
const engineShape = Object.fromEntries(
  Object.entries(ENGINE_CONSTANTS).map(([name, { kind, value, why }]) => [
    name,
    (CONSTANT[kind] as z.ZodType<number, unknown>)
      .prefault(kind === "duration" ? formatDuration(value) : value)
      .meta({ description: why }),
  ]),
) as Record<EngineConstant, z.ZodPrefault<z.ZodType<number, unknown>>>;

const web = z.strictObject({
  listen_address: listenAddress.prefault("127.0.0.1:10844").meta({
    description: '`host:port`, `"[::1]:port"`, or `:port` for every interface',
  }),
  external_url: baseUrl.optional().meta({
    absent: "the address that it listens on",
    description: "where people reach the status page: what alerts that the daemon pushes link to",
  }),
  token_env: z.string().optional().meta({
    description:
      "name of the environment variable that holds the token which everybody then has to show, [below](#token). At least 16 characters",
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
  }),
  token_file: z.string().min(1).optional().meta({
    description: "path of the file that holds the token, in place of `web.token_env`. It is read again when it changes",
  }),
});

const poll = z.strictObject({
  interval: duration(1, DAY)
    .optional()
    .meta({
      absent: `\`${formatDuration(DEFAULT_INTERVAL)}\``,
      description:
        "time between two reads of an account, from `1s` to `1d`; an account may have its own. Where neither is set, a provider with a higher floor is read at its floor",
    }),
  timeout: duration(0.1, 5 * MINUTE)
    .prefault("8s")
    .meta({
      description: "deadline of one read, all its calls together; from `100ms` to `5m`",
    }),
  stale_after: duration(1, YEAR).optional().meta({
    absent: "three intervals, at least `10m`",
    description:
      "age at which the last good reading no longer counts: values and forecasts go absent. Not under the interval of any account. A few providers have a longer default, which their page names",
  }),
  peer: peer.optional().meta({
    description:
      "URL of another daemon with the same accounts, such as `http://other-host:10844`: it is asked before each read, and what it has read lately is taken instead, so that a pair calls each provider about as often as one does. While it cannot be asked, everything is read here. See `docs/high-availability.md`",
  }),
});

/** The whole file but for the accounts: what those take depends on their provider. */
export const FILE = z.strictObject({
  web: web
    .refine(({ token_env, token_file }) => token_env === undefined || token_file === undefined, ONE_TOKEN)
    .prefault({})
    .meta({ description: "the HTTP server" }),
  poll: poll.prefault({}).meta({ description: "when accounts are read" }),
  engine: z.strictObject(engineShape).prefault({}).meta({ description: "constants of the engine" }),
  state: state.prefault({}).meta({
    description: "where readings and the memory of alerts are kept",
    not: { type: "object", ...TWO_PLACES },
  }),
  alerting: alerting.prefault({}).meta({ description: "who alerts" }),
  proxy: proxy.optional().meta({ description: "passes calls of others on to the providers, and learns from them" }),
  accounts: z.array(z.unknown()).meta({ description: "the list of accounts, at least one" }),
});

export const QUOTA = z
  .strictObject({
    enforcement: z.enum(ENFORCEMENTS).optional().meta({
      description:
        "whether requests are refused at zero; a soft quota pages only where its `severity` says so. Of a declared quota `hard` unless it says `soft`",
    }),
    period: period(1, YEAR).optional().meta({
      description:
        "length of its window, where the provider does not tell it. Of a declared quota: `day`, `week` or `month` of the calendar, or how long a rolling window lasts, from `10m` to `34d`",
    }),
    limit: z.number().positive().optional().meta({
      description:
        "its limit in its own unit, where the provider tells none, as a budget for the spend of a month; a declared quota needs it",
    }),
    severity: z.enum(SEVERITIES).optional().meta({
      description: "severity of whatever fires on it; `none` silences it",
    }),
    unit: z.enum(DECLARED_UNITS).optional().meta({
      description:
        "declares the quota: what it counts. Requests and tokens are counted from live traffic, the others are what a request costs by its weight",
    }),
    kind: z.enum(DECLARED_KINDS).optional().meta({
      description:
        "of a declared quota, which needs it: a day, week or month of the calendar, a window of some hours or days, or credits that are used up",
    }),
    zone: zone.optional().meta({
      description: "whose clocks a calendar follows, as an IANA name such as `America/Los_Angeles`. UTC if not said",
    }),
    week_start: z.enum(WEEKDAYS).optional().meta({
      description: "the day that a calendar week begins on. `monday` if not said",
    }),
    sliding: z.boolean().optional().meta({
      description:
        "of a rolling window: `true` where use leaves it piece by piece. If not said it begins with the first use and ends all at once",
    }),
    expires_at: expiry.optional().meta({
      description:
        "when credits lapse: a date, at whose first moment in UTC they do, or a time such as `2026-12-31T18:00:00Z`",
    }),
    weights: weights.optional().meta({
      description:
        'what a call counts, by model name with `*` for anything, such as `{ "*opus*": 5, "*haiku*": 0.2 }`. The first that fits counts; 1 where none does',
    }),
    models: patterns.optional().meta({
      description: "counts calls to these models only, with `*` for anything",
    }),
  })
  .superRefine((settings, context) => {
    for (const [key, message] of quotaProblems(settings)) context.addIssue({ code: "custom", path: [key], message });
  });

const quotaId = z
  .string()
  .regex(/^[a-z0-9_]{1,64}$/, "needs the id of a quota, such as weekly_input_tokens or balance");

/** What an account of every provider takes. */
export const ACCOUNT_SHAPE = {
  name: accountName.meta({
    description:
      "the `account` label and the target of `/probe`. 1 to 64 letters, digits, spaces and `. _ @ -`, a letter or digit first; unique in the file, whatever the provider",
  }),
  provider: z.string().meta({ description: "the id of a provider: one of the pages in `docs/providers/`" }),
  api_key_env: z.string().optional().meta({
    description: "name of the environment variable that holds the key",
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
  }),
  api_key_file: z.string().min(1).optional().meta({
    description: "path of the file that holds the key, and nothing else",
  }),
  credentials_file: z.string().min(1).optional().meta({
    description:
      "path of the login file of another tool, for the providers that read one; such accounts have no key. It is only ever read",
  }),
  base_url: baseUrl.optional().meta({
    absent: "the provider's",
    description:
      "root that the provider's paths are appended to, with `http://` or `https://`, without user, query or fragment. Required where the provider has no address of its own",
  }),
  interval: duration(1, DAY).optional().meta({
    absent: "`poll.interval`",
    description: "time between two reads of this account",
  }),
  labels: z.record(z.string(), z.string()).nullish().meta({
    description: "labels on every series and alert of the account",
  }),
  models: z.array(z.string().trim().min(1).max(128)).min(1).max(1000).optional().meta({
    description: "ids of the models that the account may use, where the provider does not list them",
  }),
  session_files: sessionFiles.optional().meta({
    description:
      "learns from the logs of a coding tool that uses the account, such as `{ tool: claude_code, path: /home/me/.claude }`; `tool` is `claude_code` or `codex_cli`. They are only ever read, see `docs/session-files.md`",
  }),
  quotas: z.record(quotaId, QUOTA).nullish().meta({
    description:
      "by quota id, what you know better than the provider, and the quotas that no provider tells of: those have a `unit`, see `docs/declared-quotas.md`",
  }),
};

export type FileSettings = z.infer<typeof FILE>;
export type AccountSettings = z.infer<z.ZodObject<typeof ACCOUNT_SHAPE>>;
export type QuotaSettings = z.infer<typeof QUOTA>;
