import { z } from "zod";
import type { Secret } from "../secret.ts";
import { AUTHORIZATION, authorizationOf, hasOneCredential, ONE_CREDENTIAL } from "./authorization.ts";
import { isUnencrypted } from "./base-url.ts";
import type { Config } from "./config.ts";
import type { Path, Problem } from "./problem.ts";
import { baseUrl, duration, scalar } from "./scalars.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

export const STATE_PATH = "data/state.db";

/** Label matchers as they stand between braces; what they mean is for Prometheus to say. */
const MATCHER = `\\s*[a-zA-Z_]\\w*\\s*(?:=~|!~|!=|=)\\s*"(?:[^"\\\\\\n]|\\\\.)*"\\s*`;
const MATCHERS = `^${MATCHER}(?:,${MATCHER})*,?\\s*$`;

const selector = scalar({ type: "string", pattern: MATCHERS }, (input) =>
  typeof input === "string" && new RegExp(MATCHERS).test(input)
    ? { value: input.trim().replace(/,$/, "") }
    : { problem: `needs label matchers such as 'job="llm",env="prod"', the values in "quotes"` },
);

const tenant = scalar({ type: "string", pattern: "^[\\x21-\\x7e]+$" }, (input) =>
  typeof input === "string" && /^[\x21-\x7e]{1,150}$/.test(input)
    ? { value: input }
    : { problem: "needs the name of a tenant: ASCII without spaces; put a number in quotes" },
);

const prometheus = z
  .strictObject({
    url: baseUrl.meta({
      description:
        "root of an API that speaks as Prometheus does (Prometheus, Thanos, Mimir, VictoriaMetrics), with its path prefix: what stands before `/api/v1/query_range`",
    }),
    range: duration(HOUR, 366 * DAY)
      .prefault("14d")
      .meta({ description: "how far back; from `1h` to `366d`" }),
    selector: selector.optional().meta({
      absent: "none",
      description: 'further label matchers that tell our series from others, such as `job="llm",env="prod"`',
    }),
    tenant: tenant.optional().meta({ absent: "none", description: "sent as `X-Scope-OrgID`, for Mimir and its like" }),
    ...AUTHORIZATION,
  })
  .refine(hasOneCredential, { message: ONE_CREDENTIAL });

type PrometheusSettings = z.infer<typeof prometheus>;

const EITHER = "needs one of path, memory: true and prometheus, not several";
const PLACES = ["path", "memory", "prometheus"] as const;

/** Where readings and the memory of alerts are kept. */
export const state = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .optional()
      .meta({
        absent: `\`${STATE_PATH}\``,
        description:
          "SQLite database for readings and the memory of alerts, from the working directory; on a local disk, for one daemon. A damaged one is set aside, one that cannot be written is a warning",
      }),
    memory: z.literal(true).optional().meta({
      description: "`true`: nothing is kept over a restart. Not together with `state.path`",
    }),
    prometheus: prometheus.optional().meta({
      description:
        "nothing is kept here; at start the history is asked of a Prometheus that scrapes us, [below](#history-from-prometheus). In place of `state.path`",
    }),
  })
  .refine((given) => PLACES.filter((place) => given[place] !== undefined).length <= 1, EITHER)
  .transform(({ path = STATE_PATH, memory, prometheus: source }) => {
    if (source !== undefined) return { prometheus: source };
    return memory === true ? { memory } : { path };
  });

export type StateSettings = z.infer<typeof state>;

/** For JSON Schema: two places at once. */
export const TWO_PLACES = {
  anyOf: PLACES.flatMap((one, index) => PLACES.slice(index + 1).map((other) => ({ required: [one, other] }))),
};

interface CheckedState {
  readonly state: Config["state"];
  readonly secrets: readonly Secret[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

/** Resolves the file that the source of history names its credential with. */
export async function checkState(settings: StateSettings, directory: string): Promise<CheckedState> {
  if (!("prometheus" in settings)) return { state: settings, secrets: [], warnings: [], problems: [] };
  const { prometheus: source } = settings;
  const at: Path = ["state", "prometheus"];
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const credential = await authorizationOf(source, "state.prometheus", {
    directory,
    report: (path, text) => void problems.push({ path: [...at, ...path], text }),
    warn: (text) => void warnings.push(text),
  });
  if (credential !== undefined && isUnencrypted(source.url))
    warnings.push("the credential of state.prometheus is sent without encryption; use https://");
  return {
    state: { prometheus: { ...sourceOf(source), ...(credential && { authorization: credential.readAgain }) } },
    secrets: credential === undefined ? [] : [credential.credential, credential.header],
    warnings,
    problems,
  };
}

const sourceOf = ({ url, range, selector: matchers, tenant: name }: PrometheusSettings) => ({
  url,
  rangeSeconds: range,
  ...(matchers !== undefined && { selector: matchers }),
  ...(name !== undefined && { tenant: name }),
});
