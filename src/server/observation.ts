import type { ZodError } from "zod";
import type { ObservationResult } from "../metrics/exporter-metrics.ts";
import type { Observation } from "../quota/observation.ts";
import { unknown } from "./choice.ts";
import type { SentObservation } from "./schemas/observations.ts";
import type { NotFound } from "./schemas/problem.ts";

/** Why an observation is not taken. */
export interface Refused {
  readonly result: ObservationResult;
  readonly error: string;
  readonly near?: readonly string[];
}

interface Named {
  readonly provider: string;
  readonly account: string;
}

export interface ObservationChecks {
  readonly schema: typeof import("./schemas/observations.ts").OBSERVATION;
  readonly accounts: readonly Named[];
  /** Why a name leads nowhere. */
  readonly unknown: (what: "account" | "provider", name: string) => NotFound;
  /** Of all headers those that tell a limit. Names are in lower case. */
  readonly limitHeaders: (headers: Readonly<Record<string, string>>, now: Date) => Readonly<Record<string, string>>;
  readonly now: Date;
}

const MOST_AHEAD_MS = 60_000;
const MOST_AGO_MS = 86_400_000;

/** What somebody has sent as one observation, checked, with nothing in it but what is learned from. */
export function checkedObservation(
  sent: unknown,
  checks: ObservationChecks,
): { readonly account: string; readonly call: Observation } | Refused {
  const { data, error } = checks.schema.safeParse(sent);
  if (data === undefined) return invalid(wordsOf(error));
  const account = accountOf(data, checks);
  if (typeof account !== "string") return account;
  const at = data.at == null ? checks.now : new Date(data.at);
  const ahead = at.getTime() - checks.now.getTime();
  if (ahead > MOST_AHEAD_MS) return { result: "clock", error: "at: more than 60 s in the future; check the clock" };
  if (-ahead > MOST_AGO_MS) return { result: "clock", error: "at: more than 24 h ago" };
  const hasError = data.error !== undefined && data.error !== null;
  if (hasError && data.status == null) return invalid("error: needs the status that it came with");
  if (hasError && !isModest(data.error)) return invalid("error: too large or too deep for the body of a refusal");
  return { account, call: callOf(data, at, checks) };
}

const invalid = (error: string): Refused => ({ result: "invalid", error });

function callOf({ status, headers, model, usage, error }: SentObservation, at: Date, checks: ObservationChecks) {
  const { input_tokens, output_tokens } = usage ?? {};
  const call: Observation = {
    at,
    headers: headers == null ? {} : checks.limitHeaders(flat(headers), checks.now),
    ...(status != null && { status }),
    ...(model != null && model !== "" && { model }),
    ...(usage != null && {
      usage: {
        ...(input_tokens != null && { inputTokens: input_tokens }),
        ...(output_tokens != null && { outputTokens: output_tokens }),
      },
    }),
    ...(error != null && { error }),
  };
  return call;
}

/** Names in lower case, and repeated headers as one, as HTTP has it. */
function flat(headers: Readonly<Record<string, string | readonly string[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === "string" ? value : value.join(", "),
    ]),
  );
}

function accountOf({ account, provider }: SentObservation, { accounts, unknown }: ObservationChecks): string | Refused {
  if (account != null) {
    const known = accounts.find((one) => one.account === account);
    if (known === undefined) return { result: "unknown_account", ...unknown("account", account) };
    if (provider == null || provider === known.provider) return account;
    return { result: "unknown_account", error: "the account of this name has another provider" };
  }
  if (provider == null) return invalid("needs account or provider");
  const [only, ...others] = accounts.filter((one) => one.provider === provider);
  if (only === undefined) return { result: "unknown_account", ...unknown("provider", provider) };
  if (others.length === 0) return only.account;
  const near = [only, ...others].slice(0, MOST_TOLD).map((one) => one.account);
  const error = `${others.length + 1} accounts have this provider; name one of them with account`;
  return { result: "unknown_account", error, near };
}

const MOST_TOLD = 20;
/** Names are compared letter by letter: a request with a thousand wrong ones must not keep the scrapes waiting. */
const MOST_COMPARED = 10;

/** What to tell of names that nobody has, for the observations of one request. */
export function unknownNames(accounts: readonly Named[]): ObservationChecks["unknown"] {
  const told = new Map<string, NotFound>();
  return (what, name) => {
    const key = `${what} ${name}`;
    const known = told.get(key);
    if (known !== undefined) return known;
    if (told.size >= MOST_COMPARED) return { error: `no ${what} has this name`, near: [] };
    const problem = unknown(what, name, [...new Set(accounts.map((one) => one[what]))]);
    told.set(key, problem);
    return problem;
  };
}

const MOST_PROBLEMS = 3;

/** What the schema found, without a word of what was sent: keys of headers and unknown keys are somebody else's text. */
function wordsOf({ issues }: ZodError): string {
  const words = issues.slice(0, MOST_PROBLEMS).map((issue) => {
    const [key, inner] = issue.path;
    const path = key === "usage" && inner !== undefined ? `usage.${String(inner)}` : String(key ?? "");
    const text =
      issue.code === "unrecognized_keys"
        ? `has a key that is unknown here; known: ${KNOWN[path] ?? "none"}`
        : issue.message;
    return path === "" ? text : `${path}: ${text}`;
  });
  return [...new Set(words)].join("; ");
}

const KNOWN: Readonly<Record<string, string>> = {
  "": "account, provider, at, status, headers, model, usage, error",
  usage: "input_tokens, output_tokens",
};

const DEEPEST = 16;
const MOST_VALUES = 2000;
const MOST_CHARACTERS = 65_536;

/** Whether a value is no larger than the body of a refusal ever is. */
function isModest(value: unknown): boolean {
  let values = 0;
  let characters = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    values += level.length;
    for (const one of level) if (typeof one === "string") characters += one.length;
    if (depth >= DEEPEST || values > MOST_VALUES || characters > MOST_CHARACTERS) return false;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return true;
}
